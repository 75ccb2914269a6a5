import { useState } from 'react';
import type { PointBatch } from '#contracts';
import { formatPoints } from '../format/points.js';
import { daysUntil, formatLocalDay } from '../format/time.js';
import { useMessages } from '../i18n/language.js';

const COLLAPSED_BATCHES = 4;
const SOON_DAYS = 7;

/** Batches with their expiry, in the order in which they are drawn. */
export function BatchList({ batches }: { readonly batches: readonly PointBatch[] }) {
  const { summary } = useMessages();
  const [isExpanded, setIsExpanded] = useState(false);
  if (batches.length === 0) return <p className="hint">{summary.noBatches}</p>;
  const shown = isExpanded ? batches : batches.slice(0, COLLAPSED_BATCHES);
  return (
    <>
      <ol className="batches">
        {shown.map((batch) => (
          <Batch key={batch.batch_id} {...batch} />
        ))}
      </ol>
      {batches.length > COLLAPSED_BATCHES && (
        <button
          type="button"
          className="link"
          aria-expanded={isExpanded}
          onClick={() => setIsExpanded(!isExpanded)}
        >
          {isExpanded ? summary.fewer : summary.all(batches.length)}
        </button>
      )}
    </>
  );
}

function Batch({ batch_id, points, remaining, expires_at }: PointBatch) {
  const { summary } = useMessages();
  return (
    <li className="batch" data-batch={batch_id}>
      <span className="batch-left" title={summary.left(remaining, points)}>
        <span className="visually-hidden">{summary.left(remaining, points)}</span>
        <span aria-hidden="true">
          <strong>{formatPoints(remaining)}</strong> / {formatPoints(points)}
        </span>
      </span>
      <svg className="batch-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="4" className="bar-ground" />
        <rect width={(remaining / Math.max(1, points)) * 100} height="4" className="bar-left" />
      </svg>
      <Expiry at={expires_at} />
    </li>
  );
}

function Expiry({ at }: { readonly at: string | null }) {
  const { summary } = useMessages();
  if (at === null) return <span className="batch-expiry">{summary.never}</span>;
  const nowMs = Date.now();
  const days = daysUntil(at, nowMs);
  const isOverdue = Date.parse(at) <= nowMs;
  return (
    <time
      className="batch-expiry"
      dateTime={at}
      title={at}
      data-soon={days <= SOON_DAYS || undefined}
    >
      {summary.expires(formatLocalDay(at))}
      <span className="batch-days">{isOverdue ? summary.overdue : summary.inDays(days)}</span>
    </time>
  );
}
