import { useId, useState, type FormEvent } from 'react';
import { useMessages } from '../i18n/language.js';

export function TokenForm({ signIn }: { readonly signIn: (token: string) => boolean }) {
  const { token: messages } = useMessages();
  const [isInvalid, setIsInvalid] = useState(false);
  const id = useId();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const text = new FormData(event.currentTarget).get('token');
    setIsInvalid(!signIn(typeof text === 'string' ? text : ''));
  };
  return (
    <form className="gate-form" onSubmit={submit}>
      <label htmlFor={id}>{messages.label}</label>
      <textarea
        id={id}
        name="token"
        rows={3}
        required
        autoComplete="off"
        spellCheck={false}
        aria-invalid={isInvalid}
        aria-describedby={`${id}-why`}
      />
      <p id={`${id}-why`} className={isInvalid ? 'field-wrong' : 'field-hint'} aria-live="polite">
        {isInvalid ? messages.wrong : messages.kept}
      </p>
      <button type="submit" className="button button-strong">
        {messages.submit}
      </button>
    </form>
  );
}
