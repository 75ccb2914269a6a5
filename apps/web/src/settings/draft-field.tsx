import { useId } from 'react';

interface DraftFieldProps {
  /** As the API names it. */
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly fault: string | undefined;
  readonly type?: 'text' | 'datetime-local';
  readonly onChange: (value: string) => void;
}

export function DraftField({
  name,
  label,
  value,
  fault,
  type = 'text',
  onChange,
}: DraftFieldProps) {
  const id = useId();
  return (
    <div className="draft-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        type={type}
        value={value}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={fault !== undefined}
        title={fault}
        onChange={({ target }) => onChange(target.value)}
      />
    </div>
  );
}
