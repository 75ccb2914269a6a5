import type { ConsumptionStory, TransactionStory } from '#contracts';
import { factsOf } from '../audit/event-facts.js';
import { inLocalTime } from '../format/time.js';
import type { Messages } from '../i18n/messages.js';

/** The answer to "why did I pay this", in a sentence or two. */
export function whyOf(story: TransactionStory, messages: Messages): string {
  const { transaction, consumption, event } = story;
  const { why } = messages.story;
  if (consumption !== null) return whyConsumed(consumption, messages);
  if (transaction.type === 'expire') {
    const facts = factsOf(event);
    const at = facts?.type === 'PointsExpired' ? facts.expiredAt : transaction.created_at;
    return why.expire(transaction.amount, inLocalTime(at));
  }
  return why.recharge(transaction.amount, transaction.source_id);
}

function whyConsumed(consumption: ConsumptionStory, messages: Messages): string {
  const { why } = messages.story;
  const { status, refunded } = consumption;
  const sentences = [whatHappened(consumption, messages)];
  const later = status === 'closed' || status === 'settled' ? refunded - givenBack(consumption) : 0;
  const cost = costOf(consumption);
  if (later > 0) sentences.push(cost.net === 0 ? why.refundedAll : why.refunded(later));
  const drawsOfOneEvent = consumption.draws.length;
  if (drawsOfOneEvent > 1) sentences.push(why.draws(drawsOfOneEvent));
  return sentences.join(messages.lang === 'en' ? ' ' : '');
}

function whatHappened(consumption: ConsumptionStory, messages: Messages): string {
  const { why } = messages.story;
  const { status, settle_by } = consumption;
  const business = messages.business(consumption.source_type);
  const drawn = sumOf(consumption.draws);
  const estimate = consumption.estimate ?? drawn;
  const actual = consumption.actual ?? drawn;
  switch (status) {
    case 'closed':
      return why.closed(business, drawn);
    case 'open':
      return why.open(business, estimate, settle_by === null ? '-' : inLocalTime(settle_by));
    case 'cancelled':
      return why.cancelled(business, estimate);
    case 'timed_out':
      return why.timedOut(business, estimate);
    case 'settled':
      if (isLate(consumption)) return why.settledLate(business, estimate, actual);
      if (actual < estimate) {
        return why.settledLess(business, estimate, actual, estimate - actual);
      }
      if (actual > estimate) {
        return why.settledMore(business, estimate, actual, actual - estimate);
      }
      return why.settledEven(business, actual);
  }
}

/** What a consumption took, what came back, and what that leaves. */
export interface Cost {
  readonly drawn: number;
  readonly refunded: number;
  readonly net: number;
}

export function costOf(consumption: ConsumptionStory): Cost {
  const drawn = sumOf(consumption.draws);
  return { drawn, refunded: consumption.refunded, net: drawn - consumption.refunded };
}

/** Settled after time had run out: the estimate came back whole, and the real cost was taken anew. */
const isLate = (consumption: ConsumptionStory): boolean =>
  consumption.status === 'settled' &&
  sumOf(consumption.draws) === (consumption.estimate ?? 0) + (consumption.actual ?? 0) &&
  consumption.refunded >= (consumption.estimate ?? 0) &&
  consumption.actual !== 0;

/** What came back because of the settlement itself, which the first sentence tells already. */
function givenBack(consumption: ConsumptionStory): number {
  const { status, estimate, actual } = consumption;
  if (status !== 'settled' || estimate === null) return 0;
  if (isLate(consumption)) return estimate;
  return Math.max(0, estimate - (actual ?? estimate));
}

const sumOf = (draws: ConsumptionStory['draws']): number =>
  draws.reduce((sum, { points }) => sum + points, 0);
