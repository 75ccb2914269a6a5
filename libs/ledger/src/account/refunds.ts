import type { Batch, AccountState, Consumption } from './state.js';
import { batchIdOf } from './batch-id.js';
import { invariant } from '../support/assert.js';
import type { PendingEvents } from './pending-events.js';
import type { Draw, RefundCause, Return } from './events.js';
import { midnightAtOrAfter, plusDays } from '../support/time.js';

/** Records a refund. Points come back from the last draw of the consumption first. */
export function recordRefund(
  pending: PendingEvents,
  consumption: Consumption,
  points: number,
  cause: RefundCause,
  reason: string | null,
): readonly Return[] {
  const returns = new RefundPlacement(pending, cause).place(unwindDraws(consumption.draws, points));
  pending.record(
    {
      type: 'PointsRefunded',
      consumptionId: consumption.consumptionId,
      of: consumption.of,
      sourceType: consumption.sourceType,
      sourceId: consumption.sourceId,
      points,
      returns,
      cause,
      reason,
    },
    points,
  );
  return returns;
}

/**
 * Points that came back into an expired batch expire again, with whatever the batch still has: one
 * event per batch, in the order of the returns.
 */
export function expireReturnedBatches(pending: PendingEvents, returns: readonly Return[]): void {
  const expired = new Map<number, string>();
  for (const { into, expiresAt } of returns) {
    if (expiresAt !== null && expiresAt <= pending.at) expired.set(into, expiresAt);
  }
  for (const [batchId, expiredAt] of expired) recordExpiry(pending, batchId, expiredAt);
}

export function recordExpiry(pending: PendingEvents, batchId: number, expiredAt: string): void {
  const points = pending.state.remaining.get(batchId) ?? 0;
  pending.record({ type: 'PointsExpired', batchId, points, expiredAt }, -points);
}

/** The draws that make up the last of the points, last draw first. */
function unwindDraws(draws: readonly Draw[], points: number): Draw[] {
  const unwound: Draw[] = [];
  let missing = points;
  for (let index = draws.length - 1; index >= 0 && missing > 0; index--) {
    const { batchId, points: drawn } = draws[index] as Draw;
    const returned = Math.min(missing, drawn);
    unwound.push({ batchId, points: returned });
    missing -= returned;
  }
  invariant(missing === 0, 'no more is refunded than was drawn');
  return unwound;
}

/**
 * Decides into which batch refunded points go. Points must not come back expired because a service
 * of ours failed, and a chain of refunds must not keep points alive for ever.
 */
class RefundPlacement {
  readonly #state: Readonly<AccountState>;
  readonly #horizon: string;

  constructor(
    private readonly pending: PendingEvents,
    private readonly cause: RefundCause,
  ) {
    this.#state = pending.state;
    this.#horizon = plusDays(pending.at, pending.policy.refundGraceDays);
  }

  place(draws: readonly Draw[]): Return[] {
    return draws.map(({ batchId, points }) => {
      const from = this.#state.batches.get(batchId);
      invariant(from !== undefined, 'a batch is known as long as a consumption drew on it');
      const { into, expiresAt } = this.#targetOf(from);
      return { from: batchId, into, points, expiresAt };
    });
  }

  #targetOf(from: Batch): Pick<Return, 'into' | 'expiresAt'> {
    const { expiresAt } = from;
    const ownBatch = { into: from.id, expiresAt };
    if (this.pending.policy.refundGraceDays === 0) return ownBatch;
    if (expiresAt === null || expiresAt >= this.#horizon) return ownBatch;
    if (!from.isGrace) return this.#graceBatchUntil(midnightAtOrAfter(this.#horizon));
    const isExpired = expiresAt <= this.pending.at;
    if (!isExpired || this.cause !== 'timed_out') return ownBatch;
    return this.#graceBatchUntil(midnightAtOrAfter(plusDays(this.pending.at, 1)));
  }

  #graceBatchUntil(midnight: string): Pick<Return, 'into' | 'expiresAt'> {
    const { pending } = this;
    const into =
      this.#state.graceBatches.get(midnight) ??
      // All draws of one refund that need this batch derive the same id for it.
      batchIdOf(pending.command.commandId, pending.nextRevision, midnight);
    return { into, expiresAt: midnight };
  }
}
