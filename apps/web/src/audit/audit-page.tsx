import { Fragment, useCallback, useMemo, useState } from 'react';
import type { TransactionsPage } from '#contracts';
import type { LedgerApi } from '../api/ledger-api.js';
import type { SettingsApi } from '../api/settings-api.js';
import { useLiveUpdates } from '../live/use-live-updates.js';
import { useInterval } from '../browser/use-interval.js';
import { useThrottle } from '../browser/use-throttle.js';
import { useQuery } from '../api/use-query.js';
import { FailureLine, FailureNotice } from '../components/failure-notice.js';
import { EmptyPicture } from '../components/icons.js';
import { Notice } from '../components/notice.js';
import { ParkedNotice } from '../components/parked-notice.js';
import { Skeleton } from '../components/skeleton.js';
import { LiveIndicator } from '../live/live-indicator.js';
import { useMessages } from '../i18n/language.js';
import { begunVersions } from './begun-versions.js';
import { EventCard } from './event-card.js';
import { matchRows } from './expected-rows.js';
import { SettingsCard } from './settings-card.js';
import { useEvents } from './use-events.js';

const REFRESH_MS_MIN = 500;
const POLL_MS = 30_000;
const ignoreRows = (): void => undefined;

interface AuditPageProps {
  readonly api: LedgerApi;
  readonly settingsApi: SettingsApi;
  readonly openOwnAccount: (() => void) | undefined;
}

/** The event stream of one account as a timeline, with the settings that it was decided by. */
export function AuditPage({ api, settingsApi, openOwnAccount }: AuditPageProps) {
  const messages = useMessages();
  const stream = useEvents(api);
  const { events, rows, failure, isLoading, isEmpty, more, retry, refresh } = stream;
  const rowsByRevision = useMemo(() => matchRows(events, rows), [events, rows]);
  const versionByRevision = useMemo(() => begunVersions(events), [events]);
  const refreshSoon = useThrottle(REFRESH_MS_MIN, refresh);
  useInterval(POLL_MS, refreshSoon);
  const newest = useNewestPage(api);
  const live = useLiveUpdates(api, newestRowId(newest), ignoreRows, refreshSoon);
  const [openRevision, setOpenRevision] = useState<number | null>(null);
  const toggle = useCallback(
    (revision: number) => setOpenRevision((previous) => (previous === revision ? null : revision)),
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
          {failure === null && <LiveIndicator live={live} />}
        </div>
        <p className="hint">{messages.audit.intro}</p>
        <ol className="timeline">
          {events.map((event) => {
            const version = versionByRevision.get(event.revision);
            return (
              <Fragment key={event.revision}>
                <EventCard
                  api={api}
                  event={event}
                  rows={rowsByRevision.get(event.revision) ?? []}
                  isStateOpen={openRevision === event.revision}
                  toggleState={toggle}
                />
                {version !== undefined && <SettingsCard api={settingsApi} version={version} />}
              </Fragment>
            );
          })}
        </ol>
        {failure !== null &&
          (events.length > 0 ? (
            <FailureLine failure={failure} retry={retry} />
          ) : (
            <FailureNotice
              failure={failure}
              retry={retry}
              openOwnAccount={openOwnAccount}
              as="h2"
            />
          ))}
        {isLoading && events.length === 0 && <Skeleton lines={8} label={messages.audit.loading} />}
        {isEmpty && events.length === 0 && (
          <Notice state="empty" picture={<EmptyPicture />} title={messages.audit.none} as="h2">
            <p>{messages.audit.noneWhy}</p>
          </Notice>
        )}
        {events.length > 0 && failure === null && <LoadMore more={more} isLoading={isLoading} />}
      </section>
    </main>
  );
}

function LoadMore({ more, isLoading }: { more: (() => void) | null; isLoading: boolean }) {
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

/** The newest row of the read tables, and whether the account is parked. */
function useNewestPage(api: LedgerApi): TransactionsPage | null {
  return useQuery(useCallback((signal) => api.transactions({ limit: '1' }, signal), [api])).value;
}

/** Live updates start after this row. */
const newestRowId = (page: TransactionsPage | null): number | null =>
  page === null ? null : (page.items[0]?.id ?? 0);
