import type { Batch, AccountState } from './state.js';
import { batchIdOf } from './batch-id.js';
import { invariant } from '../support/assert.js';
import type { PendingEvents } from './pending-events.js';
import type { Draw, RefundCause, Return } from './events.js';
import { midnightAtOrAfter, plusDays } from '../support/time.js';

/** A reinstatement places points as a time-out does: a won dispute returns nothing dead. */
export type PlacementCause = RefundCause | 'reinstated';

/** Where slices come back to by the event that will have that revision. */
export function placeReturns(
  pending: PendingEvents,
  slices: readonly Draw[],
  cause: PlacementCause,
  revision: number,
): Return[] {
  return new RefundPlacement(pending, cause, revision).place(slices);
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
    private readonly cause: PlacementCause,
    private readonly revision: number,
  ) {
    this.#state = pending.state;
    this.#horizon = plusDays(pending.at, pending.policy.refundGraceDays);
  }

  place(slices: readonly Draw[]): Return[] {
    return slices.map(({ batchId, points }) => {
      const from = this.#state.batches.get(batchId);
      invariant(from !== undefined, 'a batch is known as long as points can come back to it');
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
    if (!isExpired || !this.#prolongs) return ownBatch;
    return this.#graceBatchUntil(midnightAtOrAfter(plusDays(this.pending.at, 1)));
  }

  /** Whether points come back alive even when their grace is over. */
  get #prolongs(): boolean {
    return this.cause === 'timed_out' || this.cause === 'reinstated';
  }

  #graceBatchUntil(midnight: string): Pick<Return, 'into' | 'expiresAt'> {
    const into =
      this.#state.graceBatches.get(midnight) ??
      // All slices of one event that need this batch derive the same id for it.
      batchIdOf(this.pending.command.commandId, this.revision, midnight);
    return { into, expiresAt: midnight };
  }
}
