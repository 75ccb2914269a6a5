import type { ConsumptionStory, TransactionStory } from '#contracts';
import { parseEventDetails } from '../audit/event-details.js';
import { formatLocalTime } from '../format/time.js';
import type { Messages } from '../i18n/messages.js';

/** Explains in one or two sentences why points were charged or added. */
export function explainTransaction(story: TransactionStory, messages: Messages): string {
  const { transaction, consumption, event } = story;
  const { why } = messages.story;
  if (consumption !== null) return explainConsumption(consumption, messages);
  if (transaction.type === 'expire') {
    const details = parseEventDetails(event);
    const at = details?.type === 'PointsExpired' ? details.expiredAt : transaction.created_at;
    return why.expire(transaction.amount, formatLocalTime(at));
  }
  return why.recharge(transaction.amount, transaction.source_id);
}

function explainConsumption(consumption: ConsumptionStory, messages: Messages): string {
  const { why } = messages.story;
  const { status, refunded } = consumption;
  const sentences = [outcomeSentence(consumption, messages)];
  const refundedLater =
    status === 'closed' || status === 'settled' ? refunded - refundedBySettlement(consumption) : 0;
  const cost = costOf(consumption);
  if (refundedLater > 0)
    sentences.push(cost.net === 0 ? why.refundedAll : why.refunded(refundedLater));
  const drawCount = consumption.draws.length;
  if (drawCount > 1) sentences.push(why.draws(drawCount));
  return sentences.join(messages.lang === 'en' ? ' ' : '');
}

function outcomeSentence(consumption: ConsumptionStory, messages: Messages): string {
  const { why } = messages.story;
  const { status, settle_by } = consumption;
  const business = messages.business(consumption.source_type);
  const drawn = sumOfDraws(consumption.draws);
  const estimate = consumption.estimate ?? drawn;
  const actual = consumption.actual ?? drawn;
  switch (status) {
    case 'closed':
      return why.closed(business, drawn);
    case 'open':
      return why.open(business, estimate, settle_by === null ? '-' : formatLocalTime(settle_by));
    case 'cancelled':
      return why.cancelled(business, estimate);
    case 'timed_out':
      return why.timedOut(business, estimate);
    case 'settled':
      if (isSettledLate(consumption)) return why.settledLate(business, estimate, actual);
      if (actual < estimate) {
        return why.settledLess(business, estimate, actual, estimate - actual);
      }
      if (actual > estimate) {
        return why.settledMore(business, estimate, actual, actual - estimate);
      }
      return why.settledEven(business, actual);
  }
}

/** Points drawn by a consumption, points refunded, and the difference. */
export interface Cost {
  readonly drawn: number;
  readonly refunded: number;
  readonly net: number;
}

export function costOf(consumption: ConsumptionStory): Cost {
  const drawn = sumOfDraws(consumption.draws);
  return { drawn, refunded: consumption.refunded, net: drawn - consumption.refunded };
}

/** Settled after the timeout: the estimate was refunded completely, then the actual cost was drawn. */
const isSettledLate = (consumption: ConsumptionStory): boolean =>
  consumption.status === 'settled' &&
  sumOfDraws(consumption.draws) === (consumption.estimate ?? 0) + (consumption.actual ?? 0) &&
  consumption.refunded >= (consumption.estimate ?? 0) &&
  consumption.actual !== 0;

/** The refund caused by the settlement itself, which the first sentence already mentions. */
function refundedBySettlement(consumption: ConsumptionStory): number {
  const { status, estimate, actual } = consumption;
  if (status !== 'settled' || estimate === null) return 0;
  if (isSettledLate(consumption)) return estimate;
  return Math.max(0, estimate - (actual ?? estimate));
}

const sumOfDraws = (draws: ConsumptionStory['draws']): number =>
  draws.reduce((sum, { points }) => sum + points, 0);
