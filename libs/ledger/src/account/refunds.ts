import type { Batch, AccountState, Consumption } from './state.js';
import { batchIdOf } from './batch-id.js';
import { invariant } from '../support/assert.js';
import type { PendingEvents } from './pending-events.js';
import type { Draw, RefundCause, Return } from './events.js';
import { midnightAtOrAfter, plusDays } from '../support/time.js';

/** Records that points of a consumption come back: from the end of its draws, slice by slice. */
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

/** What came back dead expires with whatever its batch still has: once per batch, in the order of the returns. */
export function expireReturnedBatches(pending: PendingEvents, returns: readonly Return[]): void {
  const dead = new Map<number, string>();
  for (const { into, expiresAt } of returns) {
    if (expiresAt !== null && expiresAt <= pending.at) dead.set(into, expiresAt);
  }
  for (const [batchId, expiredAt] of dead) recordExpiry(pending, batchId, expiredAt);
}

export function recordExpiry(pending: PendingEvents, batchId: number, expiredAt: string): void {
  const points = pending.state.remaining.get(batchId) ?? 0;
  pending.record({ type: 'PointsExpired', batchId, points, expiredAt }, -points);
}

/** The last of the draws, as many as make up those points, last first. */
function unwindDraws(draws: readonly Draw[], points: number): Draw[] {
  const slices: Draw[] = [];
  let open = points;
  for (let index = draws.length - 1; index >= 0 && open > 0; index--) {
    const { batchId, points: drawn } = draws[index] as Draw;
    const back = Math.min(open, drawn);
    slices.push({ batchId, points: back });
    open -= back;
  }
  invariant(open === 0, 'no more is refunded than was drawn');
  return slices;
}

/** Where refunded points go: not back dead because of a failure of ours, and not into an endless life. */
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

  place(slices: readonly Draw[]): Return[] {
    return slices.map(({ batchId, points }) => {
      const from = this.#state.batches.get(batchId);
      invariant(from !== undefined, 'a batch is known as long as a consumption drew on it');
      const { into, expiresAt } = this.#targetOf(from);
      return { from: batchId, into, points, expiresAt };
    });
  }

  #targetOf(from: Batch): Pick<Return, 'into' | 'expiresAt'> {
    const { expiresAt } = from;
    const itself = { into: from.id, expiresAt };
    if (this.pending.policy.refundGraceDays === 0) return itself;
    if (expiresAt === null || expiresAt >= this.#horizon) return itself;
    if (!from.isGrace) return this.#graceBatchUntil(midnightAtOrAfter(this.#horizon));
    const isGone = expiresAt <= this.pending.at;
    if (!isGone || this.cause !== 'timed_out') return itself;
    return this.#graceBatchUntil(midnightAtOrAfter(plusDays(this.pending.at, 1)));
  }

  #graceBatchUntil(midnight: string): Pick<Return, 'into' | 'expiresAt'> {
    const { pending } = this;
    const into =
      this.#state.graceBatches.get(midnight) ??
      // Slices of one refund that need it give it the same number.
      batchIdOf(pending.command.commandId, pending.nextRevision, midnight);
    return { into, expiresAt: midnight };
  }
}
