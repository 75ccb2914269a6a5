import type { ClientBase } from 'pg';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const DAYS = 90;
/** From then on its rows say how many seconds were produced. */
const SECONDS_SINCE_DAY = 45;
/** Points that are not all spent when they expire. */
const GIFT_DAY = 55;

type Type = 'recharge' | 'consume' | 'expire' | 'refund';

interface Batch {
  readonly id: number;
  readonly points: number;
  left: number;
  readonly order: string;
  readonly createdMs: number;
  readonly expiresMs: number;
}

interface Row {
  readonly type: Type;
  readonly amount: number;
  readonly balanceBefore: number;
  readonly balanceAfter: number;
  readonly sourceType: string | null;
  readonly sourceId: string | null;
  readonly batchId: number;
  readonly duration: number | null;
  readonly atMs: number;
}

/** What the service that stood before the ledger left of one user: ninety days of rows, and its batches. */
export class DemoOldService {
  readonly rows: Row[] = [];
  readonly batches: Batch[] = [];
  #balance = 0;
  #atMs = 0;

  constructor(nowMs: number) {
    for (let day = 0; day < DAYS; day += 1) {
      this.#atMs = Math.floor(nowMs / DAY_MS - DAYS + day) * DAY_MS + 9 * HOUR_MS;
      this.#expire();
      if (this.#balance < 1_500) this.#recharge(4_000, 365, `order-${501 + day}`);
      if (day === GIFT_DAY) this.#recharge(1_500, 3, 'gift');
      const jobs = day % 7 === 6 ? 0 : 2 + ((day * 5) % 4);
      for (let job = 0; job < jobs; job += 1) this.#job(day, job);
    }
  }

  #job(day: number, job: number): void {
    const kind = (day * 3 + job * 2) % 9;
    const task = `task-${day}-${job}`;
    const seconds = 6.5 + ((day * 17 + job * 29) % 160) / 4;
    this.#atMs += 2 * HOUR_MS + ((day * 7 + job * 11) % 50) * 60_000;
    if (kind < 4) return this.#consume('tts', Math.floor(seconds * 2), task, seconds);
    if (kind < 6) return this.#consume('script', 30 + ((day + job) % 5) * 10, task);
    if (kind === 6) return this.#consume('polish', 15, task);
    if (kind === 7) return this.#consume('video', 300, task, seconds);
    this.#consume('voice_clone', 200, task);
    if (day % 2 === 0) this.#refund(task);
  }

  #recharge(points: number, days: number, order: string): void {
    const id = this.batches.length + 1;
    const expiresMs = this.#atMs + days * DAY_MS;
    this.batches.push({ id, points, left: points, order, createdMs: this.#atMs, expiresMs });
    this.#write('recharge', points, id, { sourceId: order });
  }

  /** From the batch that expires soonest. */
  #consume(sourceType: string, points: number, sourceId: string, seconds?: number): void {
    const isTold = this.#atMs >= this.#secondsSinceMs && seconds !== undefined;
    let due = points;
    for (const batch of this.batches.toSorted((one, other) => one.expiresMs - other.expiresMs)) {
      const amount = Math.min(due, batch.left);
      if (amount === 0) continue;
      batch.left -= amount;
      due -= amount;
      const duration = isTold ? seconds : null;
      this.#write('consume', amount, batch.id, { sourceType, sourceId, duration });
    }
  }

  get #secondsSinceMs(): number {
    return (this.rows[0]?.atMs ?? 0) + SECONDS_SINCE_DAY * DAY_MS;
  }

  #refund(task: string): void {
    this.#atMs += HOUR_MS / 4;
    for (const row of this.rows.filter(({ sourceId }) => sourceId === task).reverse()) {
      const batch = this.batches[row.batchId - 1];
      if (batch === undefined) continue;
      batch.left += row.amount;
      this.#write('refund', row.amount, batch.id, { sourceType: row.sourceType, sourceId: task });
    }
  }

  #expire(): void {
    for (const batch of this.batches) {
      if (batch.left === 0 || batch.expiresMs > this.#atMs) continue;
      this.#write('expire', batch.left, batch.id, {});
      batch.left = 0;
    }
  }

  #write(
    type: Type,
    amount: number,
    batchId: number,
    { sourceType = null, sourceId = null, duration = null }: Partial<Row>,
  ): void {
    const balanceBefore = this.#balance;
    this.#balance += type === 'recharge' || type === 'refund' ? amount : -amount;
    this.rows.push({
      ...{ type, amount, balanceBefore, balanceAfter: this.#balance },
      ...{ sourceType, sourceId, batchId, duration, atMs: this.#atMs },
    });
  }
}

/** How the take-over reads the tables of the demo. */
export const DEMO_MAPPING = {
  batches: {
    table: 'point_batches',
    id: 'id',
    user: 'user_id',
    remaining: 'points_left',
    expiresAt: 'expires_at',
    points: 'points',
    rechargeId: 'order_no',
    sourceId: 'order_no',
    createdAt: 'created_at',
  },
  texts: 'label',
} as const;

/** Makes the old service's tables, and fills them: all of it, or nothing. */
export async function fillOldDatabase(
  client: ClientBase,
  userId: string,
  nowMs: number,
): Promise<void> {
  const { rows, batches } = new DemoOldService(nowMs);
  await client.query('begin');
  await client.query(TABLES);
  await client.query(FILL_BATCHES, [userId, JSON.stringify(batches)]);
  await client.query(FILL_ROWS, [userId, JSON.stringify(rows)]);
  await client.query('commit');
}

const TABLES = `
  create table mjk_point_transactions (
    id bigserial primary key,
    user_id uuid not null,
    type varchar(20) not null,
    amount integer not null,
    balance_before integer not null,
    balance_after integer not null,
    source_type varchar(32),
    source_id varchar(64),
    batch_id bigint,
    duration double precision,
    description text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  );
  create table point_batches (
    id bigserial primary key,
    user_id uuid not null,
    points integer not null,
    points_left integer not null,
    order_no varchar(64),
    expires_at timestamptz not null,
    created_at timestamptz not null
  )`;

const FILL_BATCHES = `
  insert into point_batches (user_id, points, points_left, order_no, expires_at, created_at)
  select $1, points, "left", "order", to_timestamp("expiresMs" / 1000.0), to_timestamp("createdMs" / 1000.0)
  from json_to_recordset($2) as batch(id int, points int, "left" int, "order" text, "expiresMs" int8, "createdMs" int8)
  order by id`;

const FILL_ROWS = `
  insert into mjk_point_transactions (user_id, type, amount, balance_before, balance_after, source_type,
    source_id, batch_id, duration, created_at, updated_at)
  select $1, type, amount, "balanceBefore", "balanceAfter", "sourceType", "sourceId", "batchId", duration,
    to_timestamp("atMs" / 1000.0), to_timestamp("atMs" / 1000.0)
  from rows from (json_to_recordset($2) as (type text, amount int, "balanceBefore" int, "balanceAfter" int,
    "sourceType" text, "sourceId" text, "batchId" int, duration float8, "atMs" int8))
    with ordinality as told(type, amount, "balanceBefore", "balanceAfter", "sourceType", "sourceId",
    "batchId", duration, "atMs", place)
  order by place`;
