import type { PointBatch, TransactionStory } from '#contracts';
import { parseEventDetails, type EventDetails } from '../audit/event-details.js';
import { formatPoints, formatSeconds } from '../format/points.js';
import { Field } from '../components/field.js';
import { Instant } from '../components/instant.js';
import { useMessages } from '../i18n/language.js';

interface RowFieldsProps {
  readonly story: TransactionStory;
  readonly batches: readonly PointBatch[];
  readonly showSource: (source: string) => void;
}

export function RowFields({ story, batches, showSource }: RowFieldsProps) {
  const messages = useMessages();
  const { transaction, consumption } = story;
  const { batch_id, source_id, created_at, balance_before, balance_after } = transaction;
  const details = parseEventDetails(story.event);
  const labels = messages.story;
  const isOfOrder = transaction.source_type === null;
  return (
    <section className="story-part">
      <h3>{labels.facts}</h3>
      <dl className="facts">
        <Field label={labels.time}>
          <Instant at={created_at} />
        </Field>
        <Field
          label={labels.balance}
        >{`${formatPoints(balance_before)} → ${formatPoints(balance_after)}`}</Field>
        <Field label={isOfOrder ? labels.order : labels.task} isCode>
          {source_id === null ? null : (
            <>
              {source_id}
              <button
                type="button"
                className="link source-rows"
                onClick={() => showSource(source_id)}
              >
                {isOfOrder ? labels.rowsOfOrder : labels.rowsOfTask}
              </button>
            </>
          )}
        </Field>
        {consumption !== null && (
          <>
            <Field label={labels.status}>{labels.statuses[consumption.status]}</Field>
            <Field label={labels.duration}>{formatSeconds(consumption.duration)}</Field>
            <Field label={labels.settleBy}>{instantOrNull(consumption.settle_by)}</Field>
            <Field label={labels.closedAt}>
              {consumption.settle_by === null ? null : instantOrNull(consumption.closed_at)}
            </Field>
            <Field label={labels.consumption} isCode>
              {consumption.consumption_id}
            </Field>
          </>
        )}
        {details !== null && <TypeFields details={details} batchId={batch_id} />}
        <Field label={labels.batch} isCode>
          {batch_id}
        </Field>
        <BatchExpiry
          details={details}
          batch={batches.find((batch) => batch.batch_id === batch_id)}
        />
      </dl>
    </section>
  );
}

const instantOrNull = (at: string | null) => (at === null ? null : <Instant at={at} />);

interface TypeFieldsProps {
  readonly details: EventDetails;
  readonly batchId: number | null;
}

/** Fields of one type of transaction. */
function TypeFields({ details, batchId }: TypeFieldsProps) {
  const { story } = useMessages();
  switch (details.type) {
    case 'PointsRecharged':
      return <Field label={story.priority}>{details.priority}</Field>;
    case 'PointsExpired':
      return (
        <Field label={story.due}>
          <Instant at={details.expiredAt} />
        </Field>
      );
    case 'PointsRefunded': {
      const isSameBatch = details.returns.some(
        ({ from, into }) => into === batchId && from === into,
      );
      return (
        <>
          <Field label={story.cause}>{story.causes[details.cause]}</Field>
          <Field label={story.reason}>{details.reason}</Field>
          <Field label={story.into}>{isSameBatch ? story.sameBatch : story.grace}</Field>
        </>
      );
    }
    case 'RechargeReversed':
      return (
        <>
          <Field label={story.reversalCause}>{story.reversalCauses[details.cause]}</Field>
          <Field label={story.reason}>{details.reason}</Field>
        </>
      );
    case 'RechargeReinstated':
      return <Field label={story.reason}>{details.reason}</Field>;
    case 'PointsConsumed':
    case 'ConsumptionExtended':
    case 'ConsumptionSettled':
    case 'DebtCollected':
    case 'DebtForgiven':
    case 'CommandRefused':
    case 'AccountImported':
    case 'LegacyRowsImported':
    case 'AccountOpened':
    case 'AccountHandedBack':
      return null;
  }
}

/** The expiry comes from the event of a recharge or an expiry, else from the batch while it has points. */
function BatchExpiry({
  details,
  batch,
}: {
  details: EventDetails | null;
  batch: PointBatch | undefined;
}) {
  const { story, summary } = useMessages();
  const at = expiryIn(details) ?? batch?.expires_at;
  if (at === undefined) return null;
  return (
    <Field label={story.batchExpires}>{at === null ? summary.never : <Instant at={at} />}</Field>
  );
}

function expiryIn(details: EventDetails | null): string | null | undefined {
  if (details?.type === 'PointsRecharged') return details.expiresAt;
  if (details?.type === 'PointsExpired') return details.expiredAt;
  return undefined;
}
