import type { Batch, Books, Consumption } from './state.js';
import { batchIdOf } from './batch-id.js';
import { invariant } from '../support/assert.js';
import type { Docket } from './pending-events.js';
import type { Draw, RefundCause, Return } from './events.js';
import { midnightFrom, plusDays } from '../support/time.js';

/** Records that points of a consumption come back: from the end of its draws, slice by slice. */
export function recordRefund(
  docket: Docket,
  consumption: Consumption,
  points: number,
  cause: RefundCause,
  reason: string | null,
): readonly Return[] {
  const returns = new Returning(docket, cause).of(takeBack(consumption.draws, points));
  docket.record(
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
export function expireTheDead(docket: Docket, returns: readonly Return[]): void {
  const dead = new Map<number, string>();
  for (const { into, expiresAt } of returns) {
    if (expiresAt !== null && expiresAt <= docket.at) dead.set(into, expiresAt);
  }
  for (const [batchId, expiredAt] of dead) recordExpiry(docket, batchId, expiredAt);
}

export function recordExpiry(docket: Docket, batchId: number, expiredAt: string): void {
  const points = docket.books.remaining.get(batchId) ?? 0;
  docket.record({ type: 'PointsExpired', batchId, points, expiredAt }, -points);
}

/** The last of the draws, as many as make up those points, last first. */
function takeBack(draws: readonly Draw[], points: number): Draw[] {
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
class Returning {
  readonly #books: Readonly<Books>;
  readonly #horizon: string;

  constructor(
    private readonly docket: Docket,
    private readonly cause: RefundCause,
  ) {
    this.#books = docket.books;
    this.#horizon = plusDays(docket.at, docket.policy.refundGraceDays);
  }

  of(slices: readonly Draw[]): Return[] {
    return slices.map(({ batchId, points }) => {
      const from = this.#books.batches.get(batchId);
      invariant(from !== undefined, 'a batch is known as long as a consumption drew on it');
      const { into, expiresAt } = this.#placeFor(from);
      return { from: batchId, into, points, expiresAt };
    });
  }

  #placeFor(from: Batch): Pick<Return, 'into' | 'expiresAt'> {
    const { expiresAt } = from;
    const itself = { into: from.id, expiresAt };
    if (this.docket.policy.refundGraceDays === 0) return itself;
    if (expiresAt === null || expiresAt >= this.#horizon) return itself;
    if (!from.isGrace) return this.#graceUntil(midnightFrom(this.#horizon));
    const isGone = expiresAt <= this.docket.at;
    if (!isGone || this.cause !== 'timed_out') return itself;
    return this.#graceUntil(midnightFrom(plusDays(this.docket.at, 1)));
  }

  #graceUntil(midnight: string): Pick<Return, 'into' | 'expiresAt'> {
    const { docket } = this;
    const into =
      this.#books.graceBatches.get(midnight) ??
      // Slices of one refund that need it give it the same number.
      batchIdOf(docket.command.commandId, docket.nextRevision, midnight);
    return { into, expiresAt: midnight };
  }
}
