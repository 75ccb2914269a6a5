import { useEffect, useRef } from 'react';
import { useWords } from '../words/use-words.js';
import type { StatementView } from './use-statement.js';

/** Asks for older rows before the reader gets there. The button is for who does not scroll. */
export function MoreRows({ statement }: { readonly statement: StatementView }) {
  const words = useWords();
  const { nextCursor, isLoading, more } = statement;
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = mark;
    if (current === null || isLoading) return;
    const near = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting === true) more();
      },
      { rootMargin: '600px' },
    );
    near.observe(current);
    return () => near.disconnect();
  }, [isLoading, more]);
  if (nextCursor === null) return <p className="more-end">{words.statement.end}</p>;
  return (
    <div className="more" ref={mark} aria-busy={isLoading}>
      {isLoading ? (
        <span role="status">{words.statement.loadingMore}</span>
      ) : (
        <button type="button" className="button" onClick={more}>
          {words.statement.more}
        </button>
      )}
    </div>
  );
}
