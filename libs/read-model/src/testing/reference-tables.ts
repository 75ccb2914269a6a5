import type { LedgerEvent } from '#ledger';

import { rowsOf } from '../fold/rows-of-event.js';
import type { BatchRow, ConsumptionRow, RechargeRow, TransactionRow } from '../schema/tables.js';
import type { AccountHistory } from './arbitrary-ledgers.js';

// The read tables by their definition: each row is computed from the whole history of its account. The fold
// must give the same.

export interface ReferenceAccount {
  readonly balance: number;
  readonly held: number;
  readonly owed: number;
  readonly revision: number;
}

/** The points that are taken and not given back, of one consumption. */
const netOf = (events: readonly LedgerEvent[], of: number): number =>
  events.reduce((points, event, revision) => {
    if (event.type === 'PointsConsumed' && (event.of ?? revision) === of) {
      return points + event.points;
    }
    if (event.type === 'DebtCollected' && event.consumptionId !== null && event.of === of) {
      return points + event.points;
    }
    return event.type === 'PointsRefunded' && event.of === of ? points - event.points : points;
  }, 0);

const begunIn = (events: readonly LedgerEvent[]): number[] =>
  events.flatMap((event, revision) =>
    event.type === 'PointsConsumed' && event.of === null ? [revision] : [],
  );

/** The last event that closed the consumption, as a status. */
function referenceStatus(events: readonly LedgerEvent[], of: number): ConsumptionRow['status'] {
  const first = events[of];
  if (first?.type !== 'PointsConsumed' || first.settleBy === null) return 'closed';
  let status: ConsumptionRow['status'] = 'open';
  for (const event of events) {
    if (event.type === 'ConsumptionSettled' && event.of === of) status = 'settled';
    if (event.type !== 'PointsRefunded' || event.of !== of) continue;
    if (event.cause === 'cancelled' || event.cause === 'timed_out') status = event.cause;
  }
  return status;
}

export function referenceAccount(events: readonly LedgerEvent[]): ReferenceAccount | null {
  const last = events.at(-1);
  if (last === undefined) return null;
  const open = begunIn(events).filter((of) => referenceStatus(events, of) === 'open');
  return {
    balance: last.balanceAfter,
    held: open.reduce((held, of) => held + netOf(events, of), 0),
    owed: last.owedAfter ?? 0,
    revision: events.length - 1,
  };
}

/** The rows of the statement, with the durations of settlements. Without their ids. */
export function referenceStatement({
  userId,
  events,
}: AccountHistory): readonly Omit<TransactionRow, 'id'>[] {
  const rows = events.flatMap((event, revision) => rowsOf(userId, revision, event).transactions);
  return rows.map((row) => {
    const settled = events.find(
      (event) =>
        event.type === 'ConsumptionSettled' &&
        event.duration !== null &&
        event.durationOf === row.revision &&
        row.line === 0,
    );
    if (settled?.type !== 'ConsumptionSettled') return row;
    return { ...row, duration: settled.duration, updated_at: settled.at };
  });
}

/** What each batch has left: all that came in or came back, without what was drawn or expired. */
export function referenceBatches(
  events: readonly LedgerEvent[],
): ReadonlyMap<number, Pick<BatchRow, 'points' | 'remaining'>> {
  const batches = new Map<number, { points: number; remaining: number }>();
  const add = (id: number, points: number, remaining: number): void => {
    const batch = batches.get(id) ?? { points: 0, remaining: 0 };
    batches.set(id, { points: batch.points + points, remaining: batch.remaining + remaining });
  };
  for (const event of events) {
    if (event.type === 'PointsRecharged') add(event.batchId, event.points, event.points);
    if (event.type === 'PointsExpired') add(event.batchId, 0, -event.points);
    if (event.type === 'RechargeReversed') add(event.batchId, 0, -event.points);
    if (event.type === 'PointsConsumed' || event.type === 'DebtCollected') {
      for (const { batchId, points } of event.draws) add(batchId, 0, -points);
    }
    if (event.type === 'PointsRefunded' || event.type === 'RechargeReinstated') {
      for (const { from, into, points } of event.returns) {
        add(into, from === into ? 0 : points, points);
      }
    }
  }
  return batches;
}

/** What the columns of a consumption say of money and of its price. */
type ReferenceConsumption = Pick<
  ConsumptionRow,
  | 'status'
  | 'estimate'
  | 'actual'
  | 'settle_by'
  | 'charged'
  | 'owed'
  | 'uncollected'
  | 'quantity'
  | 'price'
> & { readonly net: number };

/** Every consumption by its revision. */
export const referenceConsumptions = (
  events: readonly LedgerEvent[],
): ReadonlyMap<number, ReferenceConsumption> =>
  new Map(begunIn(events).map((of) => [of, referenceConsumption(events, of)]));

function referenceConsumption(events: readonly LedgerEvent[], of: number): ReferenceConsumption {
  const first = events[of];
  if (first?.type !== 'PointsConsumed') throw new Error(`event ${of} begins no consumption`);
  const own = events.filter((event) => 'of' in event && event.of === of);
  const sum = (type: 'DebtCollected' | 'DebtForgiven'): number =>
    own.reduce(
      (points, event) =>
        event.type === type && event.consumptionId !== null ? points + event.points : points,
      0,
    );
  const settled = own.find((event) => event.type === 'ConsumptionSettled');
  const extended = own.findLast((event) => event.type === 'ConsumptionExtended');
  const status = referenceStatus(events, of);
  const atOnce = status === 'closed' ? first.points : null;
  const known = status === 'cancelled' ? 0 : atOnce;
  const paid = sum('DebtCollected');
  const money =
    settled === undefined
      ? { actual: known, charged: known, owed: 0, uncollected: 0 }
      : {
          actual: settled.actual,
          charged: settled.charged + paid,
          owed: settled.owed - paid - sum('DebtForgiven'),
          uncollected: settled.uncollected,
        };
  return {
    status,
    net: netOf(events, of),
    ...money,
    estimate: extended?.estimated ?? (status === 'closed' ? null : first.points),
    settle_by: extended?.settleBy ?? first.settleBy,
    quantity: (settled ?? extended ?? first).quantity,
    price: first.price,
  };
}

/** Every recharge in the order of the events. */
export const referenceRecharges = ({ userId, events }: AccountHistory): readonly RechargeRow[] =>
  events.flatMap((event, revision) => {
    if (event.type !== 'PointsRecharged') return [];
    let [reversed, reinstated] = [0, 0];
    for (const one of events) {
      if (one.type === 'RechargeReversed' && one.of === revision) {
        reversed += one.points + one.owed + one.uncollected;
      }
      if (one.type === 'RechargeReinstated' && one.of === revision) {
        reinstated += one.points + one.forgiven + one.waived;
      }
    }
    const { rechargeId: recharge_id, batchId: batch_id, points, sourceId: source_id } = event;
    const about = { recharge_id, batch_id, points, source_id };
    return [{ user_id: userId, revision, ...about, reversed, reinstated }];
  });
