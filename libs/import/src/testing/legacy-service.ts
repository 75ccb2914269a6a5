import type { SeededRandom } from '#testing';
import type { RawBatch, RawRow } from '../reading/raw-record.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const BUSINESSES = ['script', 'polish', 'voice_clone', 'tts', 'video'] as const;

export type MutableRow = { -readonly [Field in keyof RawRow]: RawRow[Field] };

interface Batch {
  readonly id: number;
  readonly points: number;
  remaining: number;
  readonly expiresMs: number;
  readonly order: string;
  readonly createdMs: number;
}

interface Task {
  readonly id: string;
  readonly business: string;
  readonly drawn: { batch: Batch; points: number }[];
}

/** What the old service writes for one user, as a model: `consume()` draws on what expires soonest. */
export class LegacyService {
  readonly rows: MutableRow[] = [];
  readonly #batches: Batch[] = [];
  readonly #tasks: Task[] = [];
  readonly #random: SeededRandom;
  readonly #hasDuration: boolean;
  readonly #micros: number;
  #nowMs: number;
  #nextId: number;
  #balance = 0;

  /** Ids of rows, batches and orders begin at `firstId`. */
  constructor(random: SeededRandom, firstId: number, beginsMs: number, hasDuration: boolean) {
    this.#random = random;
    this.#nextId = firstId;
    this.#nowMs = beginsMs;
    this.#hasDuration = hasDuration;
    this.#micros = random.below(1_000);
  }

  get balance(): number {
    return this.#balance;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  step(): void {
    const { chance } = this.#random;
    this.#nowMs += 1 + this.#random.below(6 * 60) * MINUTE_MS;
    this.#expire(this.#nowMs);
    if (this.#balance < 20 || chance(0.15)) this.recharge(50 + this.#random.below(500));
    else if (this.#tasks.length > 0 && chance(0.2)) this.#refund();
    else this.consume(1 + this.#random.below(Math.min(60, this.#balance)));
  }

  /** Its last hour before a moment: nothing is overdue then, and there are points. */
  endBefore(atMs: number): void {
    this.#nowMs = atMs - 60 * MINUTE_MS;
    this.#expire(atMs);
    this.recharge(100);
    this.consume(1);
  }

  recharge(points: number): void {
    const id = this.#nextId;
    const order = `order-${id}`;
    const expiresMs = this.#nowMs + (2 + this.#random.below(400)) * DAY_MS;
    this.#batches.push({ id, points, remaining: points, expiresMs, order, createdMs: this.#nowMs });
    this.write('recharge', points, { sourceId: order, batchId: String(id) });
  }

  consume(points: number): void {
    const id = `task-${this.#nextId}`;
    const task: Task = { id, business: this.#random.pick(BUSINESSES), drawn: [] };
    this.#tasks.push(task);
    let left = points;
    for (const batch of this.#batches.toSorted((one, other) => one.expiresMs - other.expiresMs)) {
      const taken = Math.min(left, batch.remaining);
      if (taken === 0) continue;
      batch.remaining -= taken;
      left -= taken;
      task.drawn.push({ batch, points: taken });
      this.write('consume', taken, {
        sourceType: task.business,
        sourceId: id,
        batchId: String(batch.id),
        duration: this.#hasDuration ? String(this.#random.below(900) / 10) : null,
        description: `${task.business} 消费`,
      });
    }
  }

  /** One row, with the balances that follow. */
  write(type: string, amount: number, row: Partial<RawRow> = {}): MutableRow {
    const isIncoming = type === 'recharge' || type === 'refund';
    const before = this.#balance;
    this.#balance += isIncoming ? amount : -amount;
    const time = legacyTime(this.#nowMs, this.#micros);
    const written: MutableRow = {
      id: String(this.#nextId++),
      type,
      amount: String(amount),
      balanceBefore: String(before),
      balanceAfter: String(this.#balance),
      sourceType: null,
      sourceId: null,
      batchId: null,
      duration: null,
      description: null,
      createdAt: time,
      updatedAt: time,
      ids: [row.sourceId ?? null],
      ...row,
    };
    this.rows.push(written);
    return written;
  }

  batches(): RawBatch[] {
    return this.#batches.map((batch) => ({
      id: String(batch.id),
      remaining: String(batch.remaining),
      expiresAt: legacyTime(batch.expiresMs, 0),
      points: String(batch.points),
      priority: '50',
      rechargeId: batch.order,
      sourceId: batch.order,
      createdAt: legacyTime(batch.createdMs, 0),
    }));
  }

  #expire(untilMs: number): void {
    for (const batch of this.#batches) {
      if (batch.remaining === 0 || batch.expiresMs > untilMs) continue;
      this.write('expire', batch.remaining, { batchId: String(batch.id) });
      batch.remaining = 0;
    }
  }

  /** A task that failed gives back everything, slice by slice from the end. */
  #refund(): void {
    const task = this.#tasks.splice(this.#random.below(this.#tasks.length), 1)[0];
    for (const { batch, points } of task?.drawn.toReversed() ?? []) {
      batch.remaining += points;
      this.write('refund', points, {
        sourceType: task?.business ?? null,
        sourceId: task?.id ?? null,
        batchId: String(batch.id),
      });
    }
  }
}

/** As Postgres writes it in UTC, with microseconds. */
function legacyTime(ms: number, micros: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}${String(micros).padStart(3, '0')}+00`;
}
