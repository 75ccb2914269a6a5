import type { AccountBalance, AccountBatches } from '#contracts';
import type { Query } from '../api/use-query.js';
import { formatPoints } from '../format/points.js';
import { FailureLine } from '../components/failure-notice.js';
import { Skeleton } from '../components/skeleton.js';
import { useMessages } from '../i18n/language.js';
import { BatchList } from './batch-list.js';

interface SummaryProps {
  readonly balance: Query<AccountBalance>;
  readonly batches: Query<AccountBatches>;
}

export function Summary({ balance, batches }: SummaryProps) {
  const { summary } = useMessages();
  return (
    <section className="summary" aria-label={summary.title}>
      <div className="card balance">
        <h2 className="card-title">{summary.balance}</h2>
        {balance.failure !== null && (
          <FailureLine failure={balance.failure} retry={balance.refetch} />
        )}
        {balance.value !== null && <Balance {...balance.value} />}
        {balance.value === null && balance.failure === null && <Skeleton lines={3} />}
      </div>
      <div className="card">
        <h2 className="card-title">
          {summary.batches} <small>{summary.batchesWhy}</small>
        </h2>
        {batches.failure !== null && (
          <FailureLine failure={batches.failure} retry={batches.refetch} />
        )}
        {batches.value !== null && <BatchList batches={batches.value.items} />}
        {batches.value === null && batches.failure === null && <Skeleton lines={3} />}
      </div>
    </section>
  );
}

function Balance({ balance, held, owed }: AccountBalance) {
  const { summary } = useMessages();
  return (
    <>
      <p className="balance-figure" data-testid="balance">
        {formatPoints(balance)}
      </p>
      <dl className="balance-held" title={summary.heldWhy}>
        <dt>{summary.held}</dt>
        <dd data-testid="held">{formatPoints(held)}</dd>
      </dl>
      {owed > 0 && (
        <dl className="balance-held balance-owed" title={summary.owedWhy}>
          <dt>{summary.owed}</dt>
          <dd data-testid="owed">{formatPoints(owed)}</dd>
        </dl>
      )}
      <p className="hint">
        {owed > 0 ? summary.owedWhy : held === 0 ? summary.heldNone : summary.heldWhy}
      </p>
    </>
  );
}
