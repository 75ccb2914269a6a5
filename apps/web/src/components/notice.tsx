import type { ReactNode } from 'react';

export interface NoticeProps {
  /** What a test and a style can tell it by. */
  readonly state: string;
  readonly picture: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  /** Whether it comes up by itself, and has to be told to who can't see it. */
  readonly isAlert?: boolean;
  readonly as?: 'h1' | 'h2' | 'h3';
}

/** A state of the page that is not the one hoped for: what it is, and what to do. */
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
