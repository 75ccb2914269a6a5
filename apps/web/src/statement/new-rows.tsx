import { useEffect, useRef, useState } from 'react';
import type { PointTransactionItem } from '#contracts';
import { ArrowUpIcon } from '../components/icons.js';
import { useMessages } from '../i18n/language.js';

interface NewRowsProps {
  readonly rows: readonly PointTransactionItem[];
  readonly arrived: ReadonlySet<number>;
}

/** Announces rows that arrived while the reader had scrolled down, with a button to them. */
export function NewRows({ rows, arrived }: NewRowsProps) {
  const { statement } = useMessages();
  const seen = useRef(0);
  const [unseen, setUnseen] = useState(0);
  useEffect(() => {
    const update = (): void => {
      if (isNewestVisible(rows[0]?.id)) seen.current = arrived.size;
      setUnseen(Math.max(0, arrived.size - seen.current));
    };
    // Changing the filter resets the count.
    seen.current = Math.min(seen.current, arrived.size);
    update();
    window.addEventListener('scroll', update, { passive: true });
    return () => window.removeEventListener('scroll', update);
  }, [rows, arrived]);
  return (
    <>
      <span className="visually-hidden" role="status">
        {arrived.size > 0 && statement.arrived(arrived.size)}
      </span>
      {unseen > 0 && (
        <button
          type="button"
          className="to-top"
          onClick={() => rowElement(rows[0]?.id)?.scrollIntoView({ block: 'center' })}
        >
          <ArrowUpIcon />
          {statement.toTop(unseen)}
        </button>
      )}
    </>
  );
}

const rowElement = (id: number | undefined): Element | null =>
  document.querySelector(`[data-row="${id}"]`);

/** Whether the newest row is on the screen or below it. */
function isNewestVisible(newest: number | undefined): boolean {
  const row = rowElement(newest);
  return row === null || row.getBoundingClientRect().bottom > 0;
}
