import type { ReactNode } from 'react';

export interface NoticeProps {
  /** Selected by tests and styles. */
  readonly state: string;
  readonly picture: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  /** Whether screen readers announce it. */
  readonly isAlert?: boolean;
  readonly as?: 'h1' | 'h2' | 'h3';
}

/** Describes a state without content: what it is, and what to do. */
export function Notice({
  state,
  picture,
  title,
  children,
  isAlert,
  as: Title = 'h3',
}: NoticeProps) {
  return (
    <div className="notice" data-state={state} role={isAlert === true ? 'alert' : undefined}>
      <span className="notice-picture">{picture}</span>
      <Title className="notice-title">{title}</Title>
      {children}
    </div>
  );
}
