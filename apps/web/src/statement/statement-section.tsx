import type { LedgerApi } from '../api/ledger-api.js';
import type { LiveUpdates } from '../live/use-live-updates.js';
import { FailureLine, FailureNotice } from '../components/failure-notice.js';
import { EmptyPicture, SearchPicture } from '../components/icons.js';
import { Notice } from '../components/notice.js';
import { Skeleton } from '../components/skeleton.js';
import { NO_FILTER, isUnfiltered, type Filter } from '../routing/filter.js';
import { useMessages } from '../i18n/language.js';
import { ExportButton } from './export-button.js';
import { FilterBar } from './filter-bar.js';
import { LiveIndicator } from '../live/live-indicator.js';
import { LoadMore } from './more-rows.js';
import { NewRows } from './new-rows.js';
import { SourceInput } from './source-input.js';
import { StatementTable } from './statement-table.js';
import { useScrollAnchor } from './use-scroll-anchor.js';
import type { StatementView } from './use-statement.js';

interface StatementSectionProps {
  readonly api: LedgerApi;
  readonly statement: StatementView;
  readonly live: LiveUpdates;
  readonly setFilter: (filter: Filter) => void;
  readonly open: (ref: string) => void;
}

export function StatementSection(props: StatementSectionProps) {
  const { api, statement, live, setFilter, open } = props;
  const messages = useMessages();
  const { filter, rows, arrived } = statement;
  useScrollAnchor(rows);
  return (
    <section className="card statement" aria-labelledby="statement-title">
      <div className="statement-head">
        <h2 className="card-title" id="statement-title" tabIndex={-1}>
          {messages.statement.title}
        </h2>
        <LiveIndicator live={live} />
        <SourceInput
          source={filter.source}
          onSelect={(source) => setFilter({ ...filter, source })}
        />
        <ExportButton api={api} filter={filter} />
      </div>
      <FilterBar filter={filter} setFilter={setFilter} />
      {rows.length > 0 && <StatementTable rows={rows} arrived={arrived} open={open} />}
      <StatementFooter statement={statement} setFilter={setFilter} />
      <NewRows rows={rows} arrived={arrived} />
    </section>
  );
}

/** Content below the rows, or instead of them. */
function StatementFooter({
  statement,
  setFilter,
}: Pick<StatementSectionProps, 'statement' | 'setFilter'>) {
  const messages = useMessages();
  const { filter, rows, nextCursor, failure, retry } = statement;
  if (failure !== null) {
    return rows.length > 0 ? (
      <FailureLine failure={failure} retry={retry} />
    ) : (
      <FailureNotice failure={failure} retry={retry} />
    );
  }
  if (nextCursor === undefined) return <Skeleton lines={8} />;
  if (rows.length > 0) return <LoadMore statement={statement} />;
  if (isUnfiltered(filter)) {
    return (
      <Notice state="empty" picture={<EmptyPicture />} title={messages.states.empty}>
        <p>{messages.states.emptyWhy}</p>
      </Notice>
    );
  }
  return (
    <Notice state="no-match" picture={<SearchPicture />} title={messages.states.noMatch}>
      <p>{messages.states.noMatchWhy}</p>
      <button type="button" className="button" onClick={() => setFilter(NO_FILTER)}>
        {messages.statement.clear}
      </button>
    </Notice>
  );
}
