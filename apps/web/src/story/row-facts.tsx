import type { PointBatch, TransactionStory } from '#contracts';
import { factsOf, type EventFacts } from '../audit/event-facts.js';
import { inPoints, inSeconds } from '../format/rows.js';
import { Fact } from '../components/field.js';
import { Instant } from '../components/instant.js';
import { useMessages } from '../i18n/language.js';

interface RowFactsProps {
  readonly story: TransactionStory;
  readonly batches: readonly PointBatch[];
}

export function RowFacts({ story, batches }: RowFactsProps) {
  const messages = useMessages();
  const { transaction, consumption } = story;
  const { batch_id, source_id, type, created_at, balance_before, balance_after } = transaction;
  const facts = factsOf(story.event);
  const told = messages.story;
  return (
    <section className="story-part">
      <h3>{told.facts}</h3>
      <dl className="facts">
        <Fact label={told.time}>
          <Instant at={created_at} />
        </Fact>
        <Fact
          label={told.balance}
        >{`${inPoints(balance_before)} → ${inPoints(balance_after)}`}</Fact>
        <Fact label={type === 'recharge' ? told.order : told.task} isCode>
          {source_id}
        </Fact>
        {consumption !== null && (
          <>
            <Fact label={told.status}>{told.statuses[consumption.status]}</Fact>
            <Fact label={told.duration}>{inSeconds(consumption.duration)}</Fact>
            <Fact label={told.settleBy}>{instantOrNull(consumption.settle_by)}</Fact>
            <Fact label={told.closedAt}>
              {consumption.settle_by === null ? null : instantOrNull(consumption.closed_at)}
            </Fact>
            <Fact label={told.consumption} isCode>
              {consumption.consumption_id}
            </Fact>
          </>
        )}
        {facts !== null && <OfKind facts={facts} batchId={batch_id} />}
        <Fact label={told.batch} isCode>
          {batch_id}
        </Fact>
        <BatchExpiry facts={facts} batch={batches.find((batch) => batch.batch_id === batch_id)} />
      </dl>
    </section>
  );
}

const instantOrNull = (at: string | null) => (at === null ? null : <Instant at={at} />);

interface OfKindProps {
  readonly facts: EventFacts;
  readonly batchId: number | null;
}

/** What only rows of that kind have to tell. */
function OfKind({ facts, batchId }: OfKindProps) {
  const { story } = useMessages();
  switch (facts.type) {
    case 'PointsRecharged':
      return <Fact label={story.priority}>{facts.priority}</Fact>;
    case 'PointsExpired':
      return (
        <Fact label={story.due}>
          <Instant at={facts.expiredAt} />
        </Fact>
      );
    case 'PointsRefunded': {
      const isBack = facts.returns.some(({ from, into }) => into === batchId && from === into);
      return (
        <>
          <Fact label={story.cause}>{story.causes[facts.cause]}</Fact>
          <Fact label={story.reason}>{facts.reason}</Fact>
          <Fact label={story.into}>{isBack ? story.sameBatch : story.grace}</Fact>
        </>
      );
    }
    case 'PointsConsumed':
    case 'ConsumptionSettled':
    case 'CommandRefused':
      return null;
  }
}

/** The event says it of what comes in; else the batch does, as long as points are left in it. */
function BatchExpiry({
  facts,
  batch,
}: {
  facts: EventFacts | null;
  batch: PointBatch | undefined;
}) {
  const { story, summary } = useMessages();
  const at = expiryIn(facts) ?? batch?.expires_at;
  if (at === undefined) return null;
  return (
    <Fact label={story.batchExpires}>{at === null ? summary.never : <Instant at={at} />}</Fact>
  );
}

function expiryIn(facts: EventFacts | null): string | null | undefined {
  if (facts?.type === 'PointsRecharged') return facts.expiresAt;
  if (facts?.type === 'PointsExpired') return facts.expiredAt;
  return undefined;
}
