import type { ConsumptionStory, TransactionStory } from '#contracts';
import { parseEventDetails, type EventDetails } from '../audit/event-details.js';
import type { Businesses } from '../businesses/businesses.js';
import { formatLocalTime } from '../format/time.js';
import type { Messages } from '../i18n/messages.js';
import { costOf, isChargedOnTimeout, isSettledLate } from './cost.js';
import { shortfallOf } from './debt.js';

/** Explains in a few sentences why points were charged or added. */
export function explainTransaction(
  story: TransactionStory,
  messages: Messages,
  businesses: Businesses,
): string {
  const { transaction, consumption, event } = story;
  const { why } = messages.story;
  const details = parseEventDetails(event);
  if (consumption !== null) {
    const explained = explainConsumption(consumption, messages, businesses);
    if (details?.type !== 'DebtCollected') return explained;
    const business = businesses.nameOf(consumption.source_type);
    return inSequence([why.collected(business, transaction.amount), explained], messages);
  }
  if (details !== null) {
    const explained = explainRecharge(details, story, messages);
    if (explained !== null) return explained;
  }
  if (transaction.type === 'expire') {
    const at = details?.type === 'PointsExpired' ? details.expiredAt : transaction.created_at;
    return why.expire(transaction.amount, formatLocalTime(at));
  }
  return why.recharge(transaction.amount, transaction.source_id);
}

const inSequence = (sentences: readonly string[], { lang }: Messages): string =>
  sentences.join(lang === 'en' ? ' ' : '');

/** Amounts that are none are not mentioned. */
const partsOf = (
  parts: readonly (readonly [number, (points: number) => string])[],
  { lang }: Messages,
): string =>
  parts
    .filter(([points]) => points > 0)
    .map(([points, text]) => text(points))
    .join(lang === 'en' ? ', ' : '，');

/** null: the event is not about a recharge. */
function explainRecharge(
  details: EventDetails,
  { transaction, recharge }: TransactionStory,
  messages: Messages,
): string | null {
  const { why, amounts, reversalCauses } = messages.story;
  switch (details.type) {
    case 'PointsRecharged': {
      const added = why.recharge(transaction.amount, transaction.source_id);
      const reversed = recharge === null ? 0 : recharge.reversed - recharge.reinstated;
      if (reversed === 0) return added;
      return inSequence([added, why.rechargeReversed(reversed)], messages);
    }
    case 'RechargeReversed': {
      const parts = partsOf(
        [
          [details.points, amounts.taken],
          [details.owed, amounts.becameDebt],
          [details.uncollected, amounts.uncollected],
        ],
        messages,
      );
      return why.reversed(
        details.sourceId ?? details.rechargeId,
        reversalCauses[details.cause],
        parts,
      );
    }
    case 'RechargeReinstated': {
      const parts = partsOf(
        [
          [details.points, amounts.returned],
          [details.forgiven, amounts.forgiven],
          [details.waived, amounts.waived],
        ],
        messages,
      );
      return why.reinstated(details.sourceId ?? details.rechargeId, parts);
    }
    case 'DebtCollected':
      return why.collectedForRecharge(
        details.sourceId ?? details.rechargeId ?? '',
        transaction.amount,
      );
    case 'PointsConsumed':
    case 'ConsumptionExtended':
    case 'ConsumptionSettled':
    case 'PointsRefunded':
    case 'PointsExpired':
    case 'DebtForgiven':
    case 'CommandRefused':
    case 'AccountImported':
    case 'LegacyRowsImported':
    case 'AccountOpened':
    case 'AccountHandedBack':
      return null;
  }
}

function explainConsumption(
  consumption: ConsumptionStory,
  messages: Messages,
  businesses: Businesses,
): string {
  const { why } = messages.story;
  const { status, refunded } = consumption;
  const sentences = [outcomeSentence(consumption, messages, businesses)];
  const refundedLater =
    status === 'closed' || status === 'settled' ? refunded - refundedBySettlement(consumption) : 0;
  if (refundedLater > 0) {
    const { net } = costOf(consumption);
    sentences.push(net === 0 ? why.refundedAll : why.refunded(refundedLater));
  }
  const drawCount = consumption.draws.length;
  if (drawCount > 1) sentences.push(why.draws(drawCount));
  return inSequence(sentences, messages);
}

function outcomeSentence(
  consumption: ConsumptionStory,
  messages: Messages,
  businesses: Businesses,
): string {
  const { why } = messages.story;
  const { status, settle_by } = consumption;
  const business = businesses.nameOf(consumption.source_type);
  const { drawn } = costOf(consumption);
  const estimate = consumption.estimate ?? drawn;
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
      return settledSentence(consumption, business, estimate, messages);
  }
}

function settledSentence(
  consumption: ConsumptionStory,
  business: string,
  estimate: number,
  messages: Messages,
): string {
  const { why } = messages.story;
  const actual = consumption.actual ?? costOf(consumption).drawn;
  const isLate = isSettledLate(consumption);
  const short = shortfallSentence(consumption, messages);
  if (short !== null) {
    const over = isLate ? why.settledLateOver : why.settledOver;
    return over(business, estimate, actual) + short;
  }
  if (isLate) return why.settledLate(business, estimate, actual);
  if (isChargedOnTimeout(consumption)) return why.chargedOnTimeout(business, estimate);
  if (actual < estimate) return why.settledLess(business, estimate, actual, estimate - actual);
  if (actual > estimate) return why.settledMore(business, estimate, actual, actual - estimate);
  return why.settledEven(business, actual);
}

/** null: the balance covered everything. */
function shortfallSentence(consumption: ConsumptionStory, messages: Messages): string | null {
  const shortfall = shortfallOf(consumption);
  if (shortfall === null) return null;
  const { amounts } = messages.story;
  const { charged, debt, collected, forgiven, open, uncollected } = shortfall;
  const parts = partsOf(
    [
      [charged, isSettledLate(consumption) ? amounts.charged : amounts.chargedMore],
      [debt, amounts.becameDebt],
      [collected, amounts.collected],
      [forgiven, amounts.forgiven],
      [open === debt ? 0 : open, amounts.stillOwed],
      [uncollected, amounts.uncollected],
    ],
    messages,
  );
  return `${parts}${messages.lang === 'en' ? '.' : '。'}`;
}

/** The refund caused by the settlement itself, which the first sentence already mentions. */
function refundedBySettlement(consumption: ConsumptionStory): number {
  const { status, estimate, actual } = consumption;
  if (status !== 'settled' || estimate === null) return 0;
  if (isSettledLate(consumption)) return estimate;
  return Math.max(0, estimate - (actual ?? estimate));
}
