import type { PointTransactionItem } from '#contracts';
import { Instant } from '../components/instant.js';
import { SignedAmount, TypeLabel } from '../components/transaction-labels.js';
import { useMessages } from '../i18n/language.js';

interface RelatedRowsProps {
  readonly title: string;
  readonly rows: readonly PointTransactionItem[];
  readonly refunds: readonly PointTransactionItem[];
  readonly current: string;
  readonly open: (ref: string) => void;
}

/** All rows of one consumption with its refunds, oldest first. */
export function RelatedRows({ title, rows, refunds, current, open }: RelatedRowsProps) {
  const { story } = useMessages();
  const heading = refunds.length > 0 ? `${title} · ${story.relatedRefunds}` : title;
  return (
    <section className="story-part">
      <h3>{heading}</h3>
      <ol className="related">
        {rows.map((row) => (
          <li
            key={row.row_ref}
            data-related={row.type}
            aria-current={row.row_ref === current || undefined}
          >
            <TypeLabel type={row.type} />
            {row.row_ref === current ? (
              <span>
                {row.description} <small>{story.thisRow}</small>
              </span>
            ) : (
              <button type="button" className="link" onClick={() => open(row.row_ref)}>
                {row.description}
              </button>
            )}
            <SignedAmount type={row.type} amount={row.amount} />
            <Instant at={row.created_at} />
          </li>
        ))}
      </ol>
    </section>
  );
}
