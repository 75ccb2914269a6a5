import { useCallback, useLayoutEffect, useRef } from 'react';
import type { PointBatch, TransactionStory } from '#contracts';
import type { LedgerApi } from '../api/ledger-api.js';
import { useQuery } from '../api/use-query.js';
import { FailureNotice } from '../components/failure-notice.js';
import { CloseIcon } from '../components/icons.js';
import { SignedAmount, TypeLabel } from '../components/transaction-labels.js';
import { Skeleton } from '../components/skeleton.js';
import { useMessages } from '../i18n/language.js';
import { useBusinesses } from '../businesses/businesses-context.js';
import { CostBar } from './cost-bar.js';
import { Origin } from './origin.js';
import { Pricing } from './pricing.js';
import { RechargeFigures } from './recharge-figures.js';
import { RelatedRows } from './related-rows.js';
import { RowFields } from './row-fields.js';
import { explainTransaction } from './explanation.js';

interface StoryDrawerProps {
  readonly api: LedgerApi;
  /** The row_ref of the row, or its id. */
  readonly row: string;
  /** Increases when the account changes: an open pre-deduction may have been settled. */
  readonly version: number;
  /** Batches with points left, one of which may show the expiry of the row. */
  readonly batches: readonly PointBatch[];
  readonly open: (ref: string) => void;
  readonly close: () => void;
  /** Shows the rows of a task or an order. */
  readonly showSource: (source: string) => void;
}

/** The details of a row: why these points were charged. */
export function StoryDrawer(props: StoryDrawerProps) {
  const { api, row, version, batches, open, close, showSource } = props;
  const { story: messages } = useMessages();
  const drawer = useRef<HTMLDialogElement>(null);
  const story = useQuery(
    useCallback((signal) => api.story(row, signal), [api, row]),
    version,
  );
  // A layout effect closes the dialog before it is unmounted, so that the focus returns to the row.
  useLayoutEffect(() => {
    const { current } = drawer;
    current?.showModal();
    return () => current?.close();
  }, []);
  return (
    <dialog
      ref={drawer}
      className="drawer"
      aria-labelledby="story-title"
      onCancel={close}
      onClick={({ target }) => {
        if (target === drawer.current) close();
      }}
    >
      <div className="drawer-in">
        <header className="drawer-head">
          <h2 id="story-title">{messages.title}</h2>
          <button
            type="button"
            className="tool tool-icon"
            aria-label={messages.close}
            onClick={close}
          >
            <CloseIcon />
          </button>
        </header>
        {story.failure !== null && story.value === null && (
          <FailureNotice failure={story.failure} retry={story.refetch} />
        )}
        {story.value === null && story.failure === null && (
          <Skeleton lines={8} label={messages.loading} />
        )}
        {story.value !== null && (
          <Story story={story.value} batches={batches} open={open} showSource={showSource} />
        )}
      </div>
    </dialog>
  );
}

interface StoryProps {
  readonly story: TransactionStory;
  readonly batches: readonly PointBatch[];
  readonly open: (ref: string) => void;
  readonly showSource: (source: string) => void;
}

function Story({ story, batches, open, showSource }: StoryProps) {
  const messages = useMessages();
  const businesses = useBusinesses();
  const { transaction, consumption, recharge, refunds } = story;
  const others = consumption?.transactions ?? recharge?.transactions ?? [];
  return (
    <div className="story">
      <p className="story-row">
        <TypeLabel type={transaction.type} />
        <span className="story-description">{transaction.description}</span>
        <SignedAmount type={transaction.type} amount={transaction.amount} />
      </p>
      <p className="story-why" data-testid="why">
        {explainTransaction(story, messages, businesses)}
      </p>
      {consumption !== null && (
        <>
          <CostBar consumption={consumption} />
          <Pricing consumption={consumption} />
        </>
      )}
      {recharge !== null && recharge.reversed > 0 && <RechargeFigures recharge={recharge} />}
      <RowFields story={story} batches={batches} showSource={showSource} />
      {others.length > 1 && (
        <RelatedRows
          title={messages.story.related}
          rows={others}
          current={transaction.row_ref}
          refunds={refunds}
          open={open}
        />
      )}
      <Origin story={story} />
    </div>
  );
}
