import { useId, useState, type FormEvent } from 'react';
import { useMessages } from '../i18n/language.js';
import { parseUserId } from '../format/user-id.js';

interface UserFormProps {
  readonly user: string | null;
  readonly openAccount: (user: string) => void;
}

/** Chooses an account, for readers who may see all. */
export function UserForm({ user, openAccount }: UserFormProps) {
  const { account } = useMessages();
  const [isInvalid, setIsInvalid] = useState(false);
  const id = useId();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const text = new FormData(event.currentTarget).get('user');
    const userId = parseUserId(typeof text === 'string' ? text : '');
    setIsInvalid(userId === null);
    if (userId !== null) openAccount(userId);
  };
  return (
    <form className="user-form" onSubmit={submit} role="search">
      <label htmlFor={id} className="visually-hidden">
        {account.placeholder}
      </label>
      <input
        id={id}
        key={user}
        name="user"
        defaultValue={user ?? ''}
        placeholder={account.placeholder}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={isInvalid}
        aria-describedby={isInvalid ? `${id}-wrong` : undefined}
      />
      <button type="submit" className="button">
        {account.other}
      </button>
      {isInvalid && (
        <p id={`${id}-wrong`} className="field-wrong" role="alert">
          {account.wrong}
        </p>
      )}
    </form>
  );
}
