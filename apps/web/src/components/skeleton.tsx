import { useMessages } from '../i18n/language.js';

/** A placeholder while content is loading. */
export function Skeleton({ lines, label }: { readonly lines: number; readonly label?: string }) {
  const { states } = useMessages();
  return (
    <div className="waiting" role="status" data-state="loading">
      <span className="visually-hidden">{label ?? states.loading}</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className="waiting-line" aria-hidden="true" />
      ))}
    </div>
  );
}
