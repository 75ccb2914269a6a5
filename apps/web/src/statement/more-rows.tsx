import { useEffect, useRef } from 'react';
import { useMessages } from '../i18n/language.js';
import type { StatementView } from './use-statement.js';

/** Loads older rows before the reader reaches the end; the button is for readers who do not scroll. */
export function LoadMore({ statement }: { readonly statement: StatementView }) {
  const messages = useMessages();
  const { nextCursor, isLoading, more } = statement;
  const sentinel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = sentinel;
    if (current === null || isLoading) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting === true) more();
      },
      { rootMargin: '600px' },
    );
    observer.observe(current);
    return () => observer.disconnect();
  }, [isLoading, more]);
  if (nextCursor === null) return <p className="more-end">{messages.statement.end}</p>;
  return (
    <div className="more" ref={sentinel} aria-busy={isLoading}>
      {isLoading ? (
        <span role="status">{messages.statement.loadingMore}</span>
      ) : (
        <button type="button" className="button" onClick={more}>
          {messages.statement.more}
        </button>
      )}
    </div>
  );
}
