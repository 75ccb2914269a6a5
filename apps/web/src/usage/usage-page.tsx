import { useCallback, useMemo, useReducer } from 'react';
import { isTemporary } from '../api/failure.js';
import type { LedgerApi } from '../api/ledger-api.js';
import { useQuery } from '../api/use-query.js';
import { useLiveUpdates } from '../live/use-live-updates.js';
import { useInterval } from '../browser/use-interval.js';
import { useThrottle } from '../browser/use-throttle.js';
import { FailureNotice } from '../components/failure-notice.js';
import { ParkedNotice } from '../components/parked-notice.js';
import { NO_FILTER, type Filter } from '../routing/filter.js';
import type { Route } from '../routing/route.js';
import type { Navigate } from '../routing/use-route.js';
import { StatementSection } from '../statement/statement-section.js';
import { useStatement } from '../statement/use-statement.js';
import { StoryDrawer } from '../story/story-drawer.js';
import { Summary } from '../summary/summary.js';
import { UsageSection } from './usage-section.js';
import { useUsage } from './use-usage.js';
import { useMessages } from '../i18n/language.js';

const REFRESH_MS_MIN = 500;
const POLL_MS = 30_000;

interface UsagePageProps {
  readonly api: LedgerApi;
  readonly route: Route;
  readonly navigate: Navigate;
  /** Leads to the reader's own account; undefined when it is already open. */
  readonly openOwnAccount: (() => void) | undefined;
}

/** The usage page: balance, chart and statement of one account. */
export function UsagePage({ api, route, navigate, openOwnAccount }: UsagePageProps) {
  const { nav, skip } = useMessages();
  const filter = useStableFilter(route.filter);
  const [version, bumpVersion] = useReducer((count: number) => count + 1, 0);
  const balance = useQuery(
    useCallback((signal) => api.balance(signal), [api]),
    version,
  );
  const batches = useQuery(
    useCallback((signal) => api.batches(signal), [api]),
    version,
  );
  const usage = useUsage(api, filter, version);
  const statement = useStatement(api, filter);
  const { refresh, addRows, liveAfter } = statement;

  const refreshAll = useCallback(() => {
    bumpVersion();
    refresh();
  }, [refresh]);
  const refreshSoon = useThrottle(REFRESH_MS_MIN, refreshAll);
  useInterval(POLL_MS, refreshSoon);
  const live = useLiveUpdates(api, liveAfter, addRows, refreshSoon);
  const setFilter = useCallback(
    (next: Filter) => navigate({ filter: next }, 'replace'),
    [navigate],
  );
  const openRow = useCallback((row: string) => navigate({ row }), [navigate]);
  const closeRow = useCallback(() => navigate({ row: null }, 'replace'), [navigate]);

  // When nothing can be shown, one notice replaces those of all parts.
  const { failure, rows } = statement;
  const isUnavailable =
    failure !== null && isTemporary(failure) && rows.length === 0 && balance.value === null;
  if (balance.failure?.kind === 'forbidden') {
    return (
      <main className="page">
        <h1 className="visually-hidden">{nav.usage}</h1>
        <FailureNotice
          failure={balance.failure}
          retry={balance.refetch}
          openOwnAccount={openOwnAccount}
          as="h2"
        />
      </main>
    );
  }
  return (
    <main className="page page-usage">
      <a className="skip" href="#statement-title">
        {skip}
      </a>
      <h1 className="visually-hidden">{nav.usage}</h1>
      <ParkedNotice parked={balance.value?.parked} />
      {!isUnavailable && (
        <div className="overview">
          <Summary balance={balance} batches={batches} />
          <UsageSection usage={usage} filter={filter} setFilter={setFilter} />
        </div>
      )}
      <StatementSection
        api={api}
        statement={statement}
        live={live}
        setFilter={setFilter}
        open={openRow}
      />
      {route.row !== null && (
        <StoryDrawer
          api={api}
          row={route.row}
          version={version}
          batches={batches.value?.items ?? []}
          open={(row) => navigate({ row }, 'replace')}
          close={closeRow}
          showSource={(source) => navigate({ row: null, filter: { ...NO_FILTER, source } })}
        />
      )}
    </main>
  );
}

/** Returns the same object while the values are the same. */
function useStableFilter(filter: Filter): Filter {
  const { type, business, source, from, to } = filter;
  return useMemo(() => ({ type, business, source, from, to }), [type, business, source, from, to]);
}
