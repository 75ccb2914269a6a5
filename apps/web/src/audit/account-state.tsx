import { useCallback } from 'react';
import type { AccountState } from '#contracts';
import type { LedgerApi } from '../api/ledger-api.js';
import { useQuery } from '../api/use-query.js';
import { formatPoints } from '../format/points.js';
import { FailureLine } from '../components/failure-notice.js';
import { Instant } from '../components/instant.js';
import { Skeleton } from '../components/skeleton.js';
import { useBusinesses } from '../businesses/businesses-context.js';
import { useMessages } from '../i18n/language.js';

interface AccountStateAtProps {
  readonly api: LedgerApi;
  readonly revision: number;
}

/** The account after the event, as the next command found it. */
export function AccountStateAt({ api, revision }: AccountStateAtProps) {
  const { audit } = useMessages();
  const state = useQuery(useCallback((signal) => api.state(revision, signal), [api, revision]));
  return (
    <section className="state" aria-label={audit.state}>
      {state.failure !== null && <FailureLine failure={state.failure} retry={state.refetch} />}
      {state.value === null && state.failure === null && <Skeleton lines={3} />}
      {state.value !== null && <State state={state.value} />}
    </section>
  );
}

function State({ state }: { readonly state: AccountState }) {
  const { audit, summary } = useMessages();
  const businesses = useBusinesses();
  const { balance, held, owed, batches, open_consumptions: open } = state;
  return (
    <>
      <dl className="state-figures">
        <div>
          <dt>{audit.balanceAfter}</dt>
          <dd data-testid="state-balance">{formatPoints(balance)}</dd>
        </div>
        <div>
          <dt>{audit.held}</dt>
          <dd data-testid="state-held">{formatPoints(held)}</dd>
        </div>
        {owed > 0 && (
          <div>
            <dt>{summary.owed}</dt>
            <dd data-testid="state-owed">{formatPoints(owed)}</dd>
          </div>
        )}
      </dl>
      <h3>{audit.batches}</h3>
      {batches.length === 0 && <p className="hint">{summary.noBatches}</p>}
      <ul className="state-list">
        {batches.map(({ batch_id, remaining, expires_at, grace, priority }) => (
          <li key={batch_id}>
            <span className="code">{batch_id}</span>
            <span>
              {expires_at === null ? summary.never : <Instant at={expires_at} />}
              {` · ${summary.priority(priority)}`}
              {grace && ` · ${audit.grace}`}
            </span>
            <span className="number">{formatPoints(remaining)}</span>
          </li>
        ))}
      </ul>
      {open.length > 0 && <h3>{audit.open}</h3>}
      <ul className="state-list">
        {open.map(({ consumption_id, source_type, estimate, settle_by }) => (
          <li key={consumption_id}>
            <span className="code">{consumption_id}</span>
            <span>
              {businesses.nameOf(source_type)} · <Instant at={settle_by} />
            </span>
            <span className="number">{formatPoints(estimate)}</span>
          </li>
        ))}
      </ul>
      <p className="hint">
        {audit.remembered(state.remembered_commands, state.remembered_consumptions)}
      </p>
    </>
  );
}
