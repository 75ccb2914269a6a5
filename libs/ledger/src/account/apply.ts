import type { Books, Consumption } from './state.js';
import { bringIn, put, putBack, setRemaining, take } from './batches.js';
import { broken } from './broken-rule.js';
import { assertNever } from '../support/assert.js';
import type {
  ConsumptionSettled,
  Draw,
  LedgerEvent,
  PointsConsumed,
  PointsExpired,
  PointsRecharged,
  PointsRefunded,
} from './events.js';
import { BALANCE_MAX } from './limits.js';
import { isDue, later, msOf } from '../support/time.js';

/** The event already happened: the books follow it, or it is one that can't have happened. */
export function changeBooks(books: Books, event: LedgerEvent): void {
  books.revision += 1;
  if (event.at !== later(event.receivedAt, books.at)) {
    broken(books, `its time is neither when its command came nor that of the event before it`);
  }
  if (event.at !== books.at) {
    books.at = event.at;
    books.atMs = msOf(event.at);
  }
  changeFor(books, event);
  if (books.balance > BALANCE_MAX) broken(books, `a balance of ${books.balance}`);
  if (books.balance !== event.balanceAfter) {
    broken(books, `balanceAfter says ${event.balanceAfter}, the events before it ${books.balance}`);
  }
}

function changeFor(books: Books, event: LedgerEvent): void {
  switch (event.type) {
    case 'PointsRecharged':
      return recharged(books, event);
    case 'PointsConsumed':
      return consumed(books, event);
    case 'ConsumptionSettled':
      return settled(books, event);
    case 'PointsRefunded':
      return refunded(books, event);
    case 'PointsExpired':
      return expired(books, event);
    case 'CommandRefused':
      return;
    default:
      assertNever(event);
  }
}

function recharged(books: Books, event: PointsRecharged): void {
  if (books.batches.get(event.batchId)) broken(books, `batch ${event.batchId} came in before`);
  if (isDue(event.expiresAt, event.at)) broken(books, `batch ${event.batchId} came in dead`);
  bringIn(books, event.batchId, event.expiresAt, event.priority, false);
  put(books, event.batchId, event.points);
}

function consumed(books: Books, event: PointsConsumed): void {
  let drawn = 0;
  for (const draw of event.draws) {
    take(books, draw, event.at);
    drawn += draw.points;
  }
  if (drawn !== event.points) broken(books, `draws of ${drawn} for ${event.points} points`);
  if (event.of === null) beginConsumption(books, event);
  else continueConsumption(books, event);
}

function beginConsumption(books: Books, event: PointsConsumed): void {
  const isOpen = event.settleBy !== null;
  if (isDue(event.settleBy, event.at)) broken(books, 'it was never open');
  if (books.consumptions.get(event.consumptionId)?.phase === 'open') {
    broken(books, `consumption ${event.consumptionId} is open and began again`);
  }
  const begun: Consumption = {
    of: books.revision,
    consumptionId: event.consumptionId,
    sourceType: event.sourceType,
    sourceId: event.sourceId,
    estimated: event.points,
    draws: event.draws,
    settleBy: event.settleBy,
    phase: isOpen ? 'open' : 'closed',
    closedAtMs: isOpen ? 0 : books.atMs,
    closing: isOpen ? 0 : ++books.closings,
  };
  books.consumptions.set(begun.consumptionId, begun);
  if (isOpen) {
    books.openOrder.add(begun);
    hold(books, begun, 1);
  }
}

function continueConsumption(books: Books, event: PointsConsumed): void {
  const before = consumptionOf(books, event);
  if (before.phase === 'closed') {
    broken(books, `consumption ${before.of} is closed and was charged again`);
  }
  mustBeInTime(books, before);
  mustBeForTheSame(books, before, event);
  replace(books, before, { ...before, draws: [...before.draws, ...event.draws] });
}

function settled(books: Books, event: ConsumptionSettled): void {
  const before = consumptionOf(books, event);
  if (before.phase === 'closed') broken(books, `consumption ${event.of} was closed before`);
  mustBeInTime(books, before);
  if (event.estimated !== before.estimated) broken(books, 'it names another estimate');
  if (event.actual !== pointsOf(before.draws)) {
    broken(books, `it says ${event.actual} were spent, the draws ${pointsOf(before.draws)}`);
  }
  close(books, before, { ...before, phase: 'closed' });
}

function refunded(books: Books, event: PointsRefunded): void {
  const before = consumptionOf(books, event);
  mustBeForTheSame(books, before, event);
  const draws = before.draws.slice();
  let returned = 0;
  for (const back of event.returns) {
    const last = draws.at(-1);
    if (last?.batchId !== back.from || last.points < back.points) {
      broken(books, `batch ${back.from} is not the draw whose turn it is to come back`);
    }
    if (last.points === back.points) draws.pop();
    else draws[draws.length - 1] = { batchId: last.batchId, points: last.points - back.points };
    putBack(books, back);
    returned += back.points;
  }
  if (returned !== event.points) broken(books, `returns of ${returned} for ${event.points} points`);
  afterRefund(books, event, before, { ...before, draws });
}

function afterRefund(
  books: Books,
  event: PointsRefunded,
  before: Consumption,
  after: Consumption,
): void {
  switch (event.cause) {
    case 'cancelled':
    case 'timed_out':
      if (before.phase !== 'open' || after.draws.length > 0) {
        broken(books, `${event.cause} is for an open pre-deduction, in full`);
      }
      if (event.cause === 'cancelled') mustBeInTime(books, before);
      else if (!isDue(before.settleBy, books.at)) broken(books, 'it had not timed out yet');
      return close(books, before, {
        ...after,
        phase: event.cause === 'timed_out' ? 'timed_out' : 'closed',
      });
    case 'overestimated':
      if (before.phase !== 'open') broken(books, 'overestimated is for an open pre-deduction');
      mustBeInTime(books, before);
      return replace(books, before, after);
    case 'refunded':
      if (before.phase !== 'closed') broken(books, 'refunded is for a closed consumption');
      return replace(books, before, after);
    default:
      assertNever(event.cause);
  }
}

function expired(books: Books, event: PointsExpired): void {
  const batch = books.batches.get(event.batchId);
  if (!batch || batch.expiresAt !== event.expiredAt || event.expiredAt > event.at) {
    broken(books, `batch ${event.batchId} was not due`);
  }
  if (books.remaining.get(batch.id) !== event.points) {
    broken(books, `batch ${batch.id} had ${books.remaining.get(batch.id) ?? 0} points left`);
  }
  setRemaining(books, batch, 0);
  books.balance -= event.points;
}

function consumptionOf(
  books: Books,
  event: { readonly consumptionId: string; readonly of: number | null },
): Consumption {
  const found = books.consumptions.get(event.consumptionId);
  if (found?.of !== event.of) broken(books, `there is no consumption of revision ${event.of}`);
  return found;
}

function mustBeInTime(books: Books, { phase, settleBy, of }: Consumption): void {
  if (phase === 'open' && isDue(settleBy, books.at))
    broken(books, `consumption ${of} had timed out`);
}

function mustBeForTheSame(
  books: Books,
  before: Consumption,
  event: PointsConsumed | PointsRefunded,
): void {
  if (before.sourceType !== event.sourceType || before.sourceId !== event.sourceId) {
    broken(books, `consumption ${before.of} was for another business or source`);
  }
}

/** Puts the changed consumption in the place of the one before, which is not closed by it. */
function replace(books: Books, before: Consumption, after: Consumption): void {
  books.consumptions.set(after.consumptionId, after);
  if (before.phase !== 'open') return;
  hold(books, before, -1);
  hold(books, after, 1);
}

function close(books: Books, before: Consumption, after: Consumption): void {
  if (before.phase === 'open') {
    books.openOrder.remove(before);
    hold(books, before, -1);
  }
  const closing = ++books.closings;
  books.consumptions.set(after.consumptionId, { ...after, closedAtMs: books.atMs, closing });
}

function hold(books: Books, open: Consumption, sign: 1 | -1): void {
  books.held += sign * pointsOf(open.draws);
  books.openDraws += sign * open.draws.length;
}

export function pointsOf(draws: readonly Draw[]): number {
  let sum = 0;
  for (const draw of draws) sum += draw.points;
  return sum;
}
