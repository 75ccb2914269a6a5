import { useCallback, useMemo, useState } from 'react';
import type { TransactionsPage } from '#contracts';
import type { LedgerApi } from '../api/ledger-api.js';
import { useLive } from '../live/use-live.js';
import { useAtMostEvery, useNowAndThen } from '../live/use-ticks.js';
import { useAsked } from '../api/use-asked.js';
import { FailureLine, FailureNotice } from '../components/failure-notice.js';
import { EmptyPicture } from '../components/icons.js';
import { Notice } from '../components/notice.js';
import { ParkedNotice } from '../components/parked-notice.js';
import { Waiting } from '../components/skeleton.js';
import { LiveMark } from '../live/live-indicator.js';
import { useMessages } from '../i18n/language.js';
import { EventCard } from './event-card.js';
import { madeRows } from './rows-of-event.js';
import { useEvents } from './use-events.js';

const NEWS_MS = 500;
const LOOK_AGAIN_MS = 30_000;
const unheard = (): void => undefined;

interface AuditPageProps {
  readonly api: LedgerApi;
  readonly leave: (() => void) | undefined;
}

/** One account's event stream as a time line. */
export function AuditPage({ api, leave }: AuditPageProps) {
  const messages = useMessages();
  const stream = useEvents(api);
  const { events, rows, failure, isLoading, isEmpty, more, retry, refresh } = stream;
  const made = useMemo(() => madeRows(events, rows), [events, rows]);
  const lookSoon = useAtMostEvery(NEWS_MS, refresh);
  useNowAndThen(LOOK_AGAIN_MS, lookSoon);
  const newest = useNewestPage(api);
  const live = useLive(api, newestRowOf(newest), unheard, lookSoon);
  const [opened, setOpened] = useState<number | null>(null);
  const toggle = useCallback(
    (revision: number) => setOpened((before) => (before === revision ? null : revision)),
    [],
  );
  return (
    <main className="page">
      <ParkedNotice parked={newest?.parked} />
      <section className="card timeline-card" aria-labelledby="audit-title">
        <div className="statement-head">
          <h1 className="card-title" id="audit-title">
            {messages.audit.title}
          </h1>
          {failure === null && <LiveMark live={live} />}
        </div>
        <p className="hint">{messages.audit.intro}</p>
        <ol className="timeline">
          {events.map((event) => (
            <EventCard
              key={event.revision}
              api={api}
              event={event}
              made={made.get(event.revision) ?? []}
              isOpen={opened === event.revision}
              toggle={toggle}
            />
          ))}
        </ol>
        {failure !== null &&
          (events.length > 0 ? (
            <FailureLine failure={failure} retry={retry} />
          ) : (
            <FailureNotice failure={failure} retry={retry} leave={leave} as="h2" />
          ))}
        {isLoading && events.length === 0 && <Waiting lines={8} label={messages.audit.loading} />}
        {isEmpty && events.length === 0 && (
          <Notice state="empty" picture={<EmptyPicture />} title={messages.audit.none} as="h2">
            <p>{messages.audit.noneWhy}</p>
          </Notice>
        )}
        {events.length > 0 && failure === null && <More more={more} isLoading={isLoading} />}
      </section>
    </main>
  );
}

function More({ more, isLoading }: { more: (() => void) | null; isLoading: boolean }) {
  const { audit } = useMessages();
  if (more === null) return <p className="more-end">{audit.end}</p>;
  return (
    <div className="more" aria-busy={isLoading}>
      <button type="button" className="button" disabled={isLoading} onClick={more}>
        {isLoading ? audit.loading : audit.more}
      </button>
    </div>
  );
}

/** What the read tables have last, and whether the account goes on in them. */
function useNewestPage(api: LedgerApi): TransactionsPage | null {
  return useAsked(useCallback((signal) => api.transactions({ limit: '1' }, signal), [api])).value;
}

/** Behind it, news of the account comes by itself. */
const newestRowOf = (page: TransactionsPage | null): number | null =>
  page === null ? null : (page.items[0]?.id ?? 0);
