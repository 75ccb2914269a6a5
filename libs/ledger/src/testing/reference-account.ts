import { expect } from '@jest/globals';
import type {
  Draw,
  LedgerEvent,
  PointsConsumed,
  PointsRefunded,
  Return,
} from '../account/events.js';
import type { Policy } from '../account/policy.js';

// The books of one account the slow way: every figure is summed up anew from everything that ever
// happened, and every rule that an event must keep is asked of it in the words of the rules.

interface ReferenceBatch {
  readonly id: number;
  readonly expiresAt: string | null;
  readonly priority: number;
  readonly isGrace: boolean;
  /** Brought in by a recharge, or into a grace batch from elsewhere, … */
  cameIn: number;
  /** … taken back from what was drawn on it itself, … */
  returned: number;
  drawn: number;
  expired: number;
}

const DAY = 86_400_000;
const isExpired = (expiresAt: string | null, at: string): boolean =>
  expiresAt !== null && expiresAt <= at;
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

export class ReferenceAccount {
  readonly batches = new Map<number, ReferenceBatch>();
  /** What each consumption drew and did not get back, in the order it was drawn. */
  readonly draws = new Map<number, Draw[]>();
  readonly open = new Map<number, string>();
  #recharged = 0;
  #revision = -1;

  constructor(private readonly policy: Policy) {}

  get balance(): number {
    return sum([...this.batches.values()].map((batch) => this.remaining(batch)));
  }

  get held(): number {
    return sum([...this.open.keys()].map((of) => this.#spent(of)));
  }

  /** Points of consumptions that are not open, less what came back of them. */
  get consumed(): number {
    return sum([...this.draws.keys()].map((of) => this.#spent(of))) - this.held;
  }

  get expired(): number {
    return sum([...this.batches.values()].map(({ expired }) => expired));
  }

  get recharged(): number {
    return this.#recharged;
  }

  remaining({ cameIn, returned, drawn, expired }: ReferenceBatch): number {
    return cameIn + returned - drawn - expired;
  }

  #spent(of: number): number {
    return sum((this.draws.get(of) ?? []).map(({ points }) => points));
  }

  apply(event: LedgerEvent): void {
    this.#revision += 1;
    switch (event.type) {
      case 'PointsRecharged': {
        const { batchId: id, points, expiresAt, priority } = event;
        expect(this.batches.has(id)).toBe(false);
        this.#addBatch({ id, expiresAt, priority, isGrace: false }, points);
        this.#recharged += points;
        return;
      }
      case 'PointsConsumed':
        return this.#consume(event);
      case 'ConsumptionSettled':
        this.open.delete(event.of);
        expect(this.#spent(event.of)).toBe(event.actual);
        return;
      case 'PointsRefunded':
        return this.#refund(event);
      case 'PointsExpired': {
        const batch = this.#batch(event.batchId);
        expect(event).toMatchObject({ points: this.remaining(batch), expiredAt: batch.expiresAt });
        expect(isExpired(batch.expiresAt, event.at)).toBe(true);
        batch.expired += event.points;
        return;
      }
      case 'CommandRefused':
        return;
    }
  }

  /** Nothing that is live comes before a batch that is drawn on, and none is left half. */
  #consume({ of, draws, points, settleBy, at }: PointsConsumed): void {
    const live = [...this.batches.values()].filter(
      (batch) => this.remaining(batch) > 0 && !isExpired(batch.expiresAt, at),
    );
    const expected: Draw[] = [];
    let open = points;
    for (const batch of live.sort(compareDrawOrder)) {
      const drawn = Math.min(open, this.remaining(batch));
      if (drawn > 0) expected.push({ batchId: batch.id, points: drawn });
      open -= drawn;
    }
    expect(draws).toEqual(expected);
    expect(open).toBe(0);
    const consumption = of ?? this.#revision;
    this.draws.set(consumption, [...(this.draws.get(consumption) ?? []), ...draws]);
    if (settleBy !== null) this.open.set(consumption, settleBy);
    for (const { batchId, points } of draws) this.#batch(batchId).drawn += points;
  }

  #refund(event: PointsRefunded): void {
    const draws = this.draws.get(event.of) ?? [];
    expect(sum(event.returns.map(({ points }) => points))).toBe(event.points);
    for (const back of event.returns) {
      const last = draws.pop()!;
      expect(back.from).toBe(last.batchId);
      if (back.points < last.points) draws.push({ ...last, points: last.points - back.points });
      else expect(back.points).toBe(last.points);
      expect(back.expiresAt).toBe(this.#expiryOf(back.from, event));
      this.#returnPoints(back);
    }
    if (event.cause === 'timed_out' || event.cause === 'cancelled') {
      this.open.delete(event.of);
      expect(draws).toEqual([]);
    }
  }

  #returnPoints({ from, into, points, expiresAt }: Return): void {
    if (from === into) {
      this.#batch(from).returned += points;
      return;
    }
    const grace = [...this.batches.values()].find(
      (batch) => batch.isGrace && batch.expiresAt === expiresAt,
    );
    if (grace) {
      expect(into).toBe(grace.id);
      grace.cameIn += points;
      return;
    }
    expect(this.batches.has(into)).toBe(false);
    this.#addBatch({ id: into, expiresAt, priority: 0, isGrace: true }, points);
  }

  /** When points that come back to a batch expire from then on. */
  #expiryOf(from: number, { at, cause }: PointsRefunded): string | null {
    const { expiresAt, isGrace } = this.#batch(from);
    const { refundGraceDays } = this.policy;
    const inGrace = (days: number): string =>
      new Date(Math.ceil((Date.parse(at) + days * DAY) / DAY) * DAY).toISOString();
    if (refundGraceDays === 0 || expiresAt === null) return expiresAt;
    if (Date.parse(expiresAt) - Date.parse(at) >= refundGraceDays * DAY) return expiresAt;
    if (!isGrace) return inGrace(refundGraceDays);
    return cause === 'timed_out' && isExpired(expiresAt, at) ? inGrace(1) : expiresAt;
  }

  #addBatch(
    batch: Pick<ReferenceBatch, 'id' | 'expiresAt' | 'priority' | 'isGrace'>,
    cameIn: number,
  ): void {
    this.batches.set(batch.id, { ...batch, cameIn, returned: 0, drawn: 0, expired: 0 });
  }

  #batch(id: number): ReferenceBatch {
    const found = this.batches.get(id);
    if (!found) throw new Error(`there is no batch ${id}`);
    return found;
  }
}

/** Those that came in first stand first already. */
const compareDrawOrder = (a: ReferenceBatch, b: ReferenceBatch): number => {
  if (a.priority !== b.priority) return a.priority - b.priority;
  if (a.expiresAt === b.expiresAt) return 0;
  if (a.expiresAt === null || b.expiresAt === null) return a.expiresAt === null ? 1 : -1;
  return a.expiresAt < b.expiresAt ? -1 : 1;
};
