import type { ReactNode } from 'react';

interface FieldProps {
  readonly label: string;
  /** A field without a value is not shown. */
  readonly children: ReactNode;
  readonly isCode?: boolean;
}

export function Field({ label, children, isCode }: FieldProps) {
  if (children === null || children === undefined || children === '') return null;
  return (
    <div className="fact">
      <dt>{label}</dt>
      <dd className={isCode === true ? 'code' : undefined}>{children}</dd>
    </div>
  );
}
