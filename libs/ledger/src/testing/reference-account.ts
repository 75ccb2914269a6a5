import type { AccountOpened } from '../account/import-events.js';
import type {
  DebtCollected,
  Draw,
  LedgerEvent,
  PointsConsumed,
  PointsRefunded,
  RechargeReinstated,
  Return,
} from '../account/events.js';
import type { Policy } from '../settings/policy.js';
import { priceOf } from '../settings/price.js';
import { expectEqual } from './expect-equal.js';

// A slow reference model of one account: every figure is summed from the whole history, and every rule
// that an event must keep is checked as the rules are written.

interface ReferenceBatch {
  readonly id: number;
  readonly expiresAt: string | null;
  readonly priority: number;
  readonly isGrace: boolean;
  /** Points that came in by a recharge, or into a grace batch from another batch. */
  cameIn: number;
  /** Points that came back from draws on this batch. */
  returned: number;
  drawn: number;
  expired: number;
}

/** When points come back, and whether that can prolong a grace that is over. */
interface Placed {
  readonly at: string;
  readonly isProlonged: boolean;
}

const DAY = 86_400_000;
const isExpired = (expiresAt: string | null, at: string): boolean =>
  expiresAt !== null && expiresAt <= at;
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

export class ReferenceAccount {
  readonly batches = new Map<number, ReferenceBatch>();
  /** The draws of each consumption that were not refunded, in the order in which they were made. */
  readonly #draws = new Map<number, Draw[]>();
  readonly open = new Map<number, string>();
  /** What reversals of each recharge took or collected, that has not come back. */
  readonly taken = new Map<number, Draw[]>();
  #recharged = 0;
  #revision = -1;

  constructor(private readonly policy: Policy) {}

  get balance(): number {
    return sum([...this.batches.values()].map((batch) => this.remaining(batch)));
  }

  get held(): number {
    return sum([...this.open.keys()].map((of) => this.#spent(of)));
  }

  /** Points of consumptions that are not open, less their refunds. */
  get consumed(): number {
    return sum([...this.#draws.keys()].map((of) => this.#spent(of))) - this.held;
  }

  /** Points of reversals, less their reinstatements. */
  get reversed(): number {
    return sum([...this.taken.values()].flat().map(({ points }) => points));
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
    return sum((this.#draws.get(of) ?? []).map(({ points }) => points));
  }

  apply(event: LedgerEvent): void {
    this.#revision += 1;
    switch (event.type) {
      case 'PointsRecharged': {
        const { batchId: id, points, expiresAt, priority } = event;
        expectEqual(this.batches.has(id), false);
        this.#addBatch({ id, expiresAt, priority, isGrace: false }, points);
        this.#recharged += points;
        this.taken.set(this.#revision, []);
        return;
      }
      case 'PointsConsumed':
        return this.#consume(event);
      case 'ConsumptionExtended':
        this.open.set(event.of, event.settleBy);
        expectEqual(this.#spent(event.of), event.estimated);
        return;
      case 'ConsumptionSettled':
        this.open.delete(event.of);
        expectEqual(this.#spent(event.of), event.charged);
        expectEqual(event.charged + event.owed + event.uncollected, event.actual);
        return;
      case 'RechargeReversed':
        this.#batch(event.batchId).drawn += event.points;
        if (event.points > 0) this.#take(event.of, [event]);
        return;
      case 'RechargeReinstated':
        return this.#reinstate(event);
      case 'DebtCollected':
        return this.#collect(event);
      case 'DebtForgiven':
        return;
      case 'PointsRefunded':
        return this.#refund(event);
      case 'PointsExpired': {
        const batch = this.#batch(event.batchId);
        expectEqual(event.points, this.remaining(batch));
        expectEqual(event.expiredAt, batch.expiresAt);
        expectEqual(isExpired(batch.expiresAt, event.at), true);
        batch.expired += event.points;
        return;
      }
      case 'AccountOpened':
        return this.#open(event);
      case 'CommandRefused':
      case 'AccountImported':
      case 'LegacyRowsImported':
      case 'AccountHandedBack':
        return;
    }
  }

  /** What came in is what is left and what was drawn: of the rest nobody here knows. */
  #open(event: AccountOpened): void {
    const { batches, closed, open } = event;
    let of = -(batches.length + closed.length + open.length);
    for (const { batchId: id, remaining, expiresAt, priority } of batches) {
      this.#addBatch({ id, expiresAt, priority, isGrace: false }, remaining);
      this.#recharged += remaining;
      this.taken.set(of++, []);
    }
    for (const one of [...closed, ...open]) {
      this.#draws.set(of, [...one.draws]);
      for (const { batchId, points } of one.draws) {
        this.#batch(batchId).cameIn += points;
        this.#batch(batchId).drawn += points;
        this.#recharged += points;
      }
      if ('settleBy' in one) this.open.set(of, one.settleBy);
      of += 1;
    }
  }

  #consume(event: PointsConsumed): void {
    const { of, draws, settleBy, price, priced, quantity } = event;
    this.#draw(event);
    if (priced) expectEqual(event.points, priceOf(quantity!, price!));
    const consumption = of ?? this.#revision;
    this.#draws.set(consumption, [...(this.#draws.get(consumption) ?? []), ...draws]);
    if (settleBy !== null) this.open.set(consumption, settleBy);
  }

  #collect(event: DebtCollected): void {
    this.#draw(event);
    if (event.consumptionId === null) this.#take(event.of, event.draws);
    else this.#draws.set(event.of, [...(this.#draws.get(event.of) ?? []), ...event.draws]);
  }

  #take(of: number, slices: readonly Draw[]): void {
    const taken = slices.map(({ batchId, points }) => ({ batchId, points }));
    this.taken.set(of, [...(this.taken.get(of) ?? []), ...taken]);
  }

  #reinstate(event: RechargeReinstated): void {
    const taken = this.taken.get(event.of) ?? [];
    expectEqual(sum(event.returns.map(({ points }) => points)), event.points);
    this.#giveBack(taken, event.returns, { at: event.at, isProlonged: true });
  }

  /** The draws must take the live batches in order and empty each one before the next. */
  #draw({ draws, points, at }: PointsConsumed | DebtCollected): void {
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
    expectEqual(draws, expected);
    expectEqual(open, 0);
    for (const { batchId, points } of draws) this.#batch(batchId).drawn += points;
  }

  #refund(event: PointsRefunded): void {
    const draws = this.#draws.get(event.of) ?? [];
    expectEqual(sum(event.returns.map(({ points }) => points)), event.points);
    this.#giveBack(draws, event.returns, {
      at: event.at,
      isProlonged: event.cause === 'timed_out',
    });
    if (event.cause === 'timed_out' || event.cause === 'cancelled') {
      this.open.delete(event.of);
      expectEqual(draws, []);
    }
  }

  #giveBack(draws: Draw[], returns: readonly Return[], placed: Placed): void {
    for (const back of returns) {
      const last = draws.pop()!;
      expectEqual(back.from, last.batchId);
      if (back.points < last.points) draws.push({ ...last, points: last.points - back.points });
      else expectEqual(back.points, last.points);
      expectEqual(back.expiresAt, this.#expiryOf(back.from, placed));
      this.#returnPoints(back);
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
      expectEqual(into, grace.id);
      grace.cameIn += points;
      return;
    }
    expectEqual(this.batches.has(into), false);
    this.#addBatch({ id: into, expiresAt, priority: 0, isGrace: true }, points);
  }

  /** The expiry of points that come back to a batch. */
  #expiryOf(from: number, { at, isProlonged }: Placed): string | null {
    const { expiresAt, isGrace } = this.#batch(from);
    const { refundGraceDays } = this.policy;
    const inGrace = (days: number): string =>
      new Date(Math.ceil((Date.parse(at) + days * DAY) / DAY) * DAY).toISOString();
    if (refundGraceDays === 0 || expiresAt === null) return expiresAt;
    if (Date.parse(expiresAt) - Date.parse(at) >= refundGraceDays * DAY) return expiresAt;
    if (!isGrace) return inGrace(refundGraceDays);
    return isProlonged && isExpired(expiresAt, at) ? inGrace(1) : expiresAt;
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

/** The sort is stable, so batches that came in first stay first. */
const compareDrawOrder = (a: ReferenceBatch, b: ReferenceBatch): number => {
  if (a.priority !== b.priority) return a.priority - b.priority;
  if (a.expiresAt === b.expiresAt) return 0;
  if (a.expiresAt === null || b.expiresAt === null) return a.expiresAt === null ? 1 : -1;
  return a.expiresAt < b.expiresAt ? -1 : 1;
};
