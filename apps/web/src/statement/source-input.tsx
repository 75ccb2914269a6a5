import type { FormEvent } from 'react';
import { parseSource } from '../routing/filter.js';
import { useMessages } from '../i18n/language.js';

interface SourceInputProps {
  readonly source: string | null;
  readonly onSelect: (source: string | null) => void;
}

/** Finds the rows of a task or an order, once its id is typed and sent or left. */
export function SourceInput({ source, onSelect }: SourceInputProps) {
  const { statement } = useMessages();
  const select = (text: string): void => {
    const next = parseSource(text);
    if (next !== source) onSelect(next);
  };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const text = new FormData(event.currentTarget).get('source');
    select(typeof text === 'string' ? text : '');
  };
  return (
    <form className="source-form" onSubmit={submit}>
      <input
        key={source}
        type="search"
        name="source"
        aria-label={statement.source}
        placeholder={statement.source}
        defaultValue={source ?? ''}
        autoComplete="off"
        spellCheck={false}
        data-set={source !== null || undefined}
        onBlur={({ target }) => select(target.value)}
      />
    </form>
  );
}
