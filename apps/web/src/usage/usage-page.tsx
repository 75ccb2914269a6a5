import { useCallback, useMemo, useReducer } from 'react';
import { passes } from '../api/failure.js';
import type { LedgerApi } from '../api/ledger-api.js';
import { useAsked } from '../api/use-asked.js';
import { useLive } from '../live/use-live.js';
import { useAtMostEvery, useNowAndThen } from '../live/use-ticks.js';
import { FailureNotice } from '../components/failure-notice.js';
import { ParkedNotice } from '../components/parked-notice.js';
import type { Filter } from '../routing/filter.js';
import type { Route } from '../routing/route.js';
import type { Navigate } from '../routing/use-route.js';
import { StatementSection } from '../statement/statement-section.js';
import { useStatement } from '../statement/use-statement.js';
import { StoryDrawer } from '../story/story-drawer.js';
import { Summary } from '../summary/summary.js';
import { UsageSection } from './usage-section.js';
import { useUsage } from './use-usage.js';
import { useMessages } from '../i18n/language.js';

const NEWS_MS = 500;
const LOOK_AGAIN_MS = 30_000;

interface UsagePageProps {
  readonly api: LedgerApi;
  readonly route: Route;
  readonly navigate: Navigate;
  /** To one's own account; undefined: this is it. */
  readonly leave: (() => void) | undefined;
}

/** Rows become a page. */
export function UsagePage({ api, route, navigate, leave }: UsagePageProps) {
  const { nav, skip } = useMessages();
  const filter = useSame(route.filter);
  const [edition, nextEdition] = useReducer((count: number) => count + 1, 0);
  const balance = useAsked(
    useCallback((signal) => api.balance(signal), [api]),
    edition,
  );
  const batches = useAsked(
    useCallback((signal) => api.batches(signal), [api]),
    edition,
  );
  const usage = useUsage(api, filter, edition);
  const statement = useStatement(api, filter);
  const { refresh, hear, liveAfter } = statement;

  const lookAgain = useCallback(() => {
    nextEdition();
    refresh();
  }, [refresh]);
  const lookSoon = useAtMostEvery(NEWS_MS, lookAgain);
  useNowAndThen(LOOK_AGAIN_MS, lookSoon);
  const live = useLive(api, liveAfter, hear, lookSoon);
  const setFilter = useCallback(
    (next: Filter) => navigate({ filter: next }, 'replace'),
    [navigate],
  );
  const openRow = useCallback((row: string) => navigate({ row }), [navigate]);
  const closeRow = useCallback(() => navigate({ row: null }, 'replace'), [navigate]);

  // Where there is nothing to see, one notice says so, not one in each corner of the page.
  const { failure, rows } = statement;
  const isAway = failure !== null && passes(failure) && rows.length === 0 && balance.value === null;
  if (balance.failure?.kind === 'forbidden') {
    return (
      <main className="page">
        <h1 className="visually-hidden">{nav.usage}</h1>
        <FailureNotice failure={balance.failure} retry={balance.again} leave={leave} as="h2" />
      </main>
    );
  }
  return (
    <main className="page">
      <a className="skip" href="#statement-title">
        {skip}
      </a>
      <h1 className="visually-hidden">{nav.usage}</h1>
      <ParkedNotice parked={balance.value?.parked} />
      {!isAway && <Summary balance={balance} batches={batches} />}
      {!isAway && <UsageSection usage={usage} filter={filter} setFilter={setFilter} />}
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
          edition={edition}
          batches={batches.value?.items ?? []}
          open={(row) => navigate({ row }, 'replace')}
          close={closeRow}
        />
      )}
    </main>
  );
}

/** The one object as long as it says the same. */
function useSame(filter: Filter): Filter {
  const { type, business, from, to } = filter;
  return useMemo(() => ({ type, business, from, to }), [type, business, from, to]);
}
