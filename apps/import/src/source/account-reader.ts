import type pg from 'pg';
import type { RawAccount, RawBatch, RawJob, RawRow, RawText } from '#import';
import { SortedCursor, type TextRow } from './sorted-cursor.js';
import { ROW_COLUMNS, type OldTables } from './old-tables.js';
import { compareKeys, spellingsOf, userIdOfKey, userKey } from './user-key.js';

/** A user whose rows and batches have no account here: the id is no UUID, or a table spells it in two ways. */
export interface UnknownUser {
  readonly spellings: readonly RawText[];
  readonly rows: number;
  readonly batches: number;
}

export type FoundAccount =
  | { readonly kind: 'account'; readonly account: RawAccount }
  | { readonly kind: 'no user'; readonly user: UnknownUser };

/** How much was read until now. */
export interface ReadCounts {
  readonly rows: number;
  readonly batches: number;
  readonly jobs: number;
}

/** Reads all tables in one pass, merged by user: memory holds one account, and what is being fetched. */
export class AccountReader {
  readonly #rows: SortedCursor;
  readonly #batches: SortedCursor | null;
  readonly #jobs: SortedCursor | null;
  readonly #cursors: readonly SortedCursor[];

  readonly #batchFields: readonly string[];

  private constructor(
    rows: SortedCursor,
    batches: SortedCursor | null,
    jobs: SortedCursor | null,
    batchFields: readonly string[],
  ) {
    this.#batchFields = batchFields;
    this.#rows = rows;
    this.#batches = batches;
    this.#jobs = jobs;
    this.#cursors = [rows, batches, jobs].filter((cursor) => cursor !== null);
  }

  static async open(client: pg.Client, tables: OldTables): Promise<AccountReader> {
    const rows = await SortedCursor.open(client, 'old_rows', tables.rows);
    const batches =
      tables.batches && (await SortedCursor.open(client, 'old_batches', tables.batches));
    const jobs = tables.jobs && (await SortedCursor.open(client, 'old_jobs', tables.jobs));
    return new AccountReader(rows, batches, jobs, tables.batches?.fields ?? []);
  }

  get counts(): ReadCounts {
    return {
      rows: this.#rows.read,
      batches: this.#batches?.read ?? 0,
      jobs: this.#jobs?.read ?? 0,
    };
  }

  async *accounts(): AsyncGenerator<FoundAccount, undefined, undefined> {
    for (;;) {
      for (const cursor of this.#cursors) if (!cursor.isReady) await cursor.fill();
      const key = this.#lowestKey();
      if (key === null) return;
      const rows = await takeAll(this.#rows, key);
      const batches = this.#batches === null ? [] : await takeAll(this.#batches, key);
      const jobs = this.#jobs === null ? [] : await takeAll(this.#jobs, key);
      yield foundAccount(key, rows, batches, jobs, this.#batchFields);
    }
  }

  #lowestKey(): string | null {
    let lowest: string | null = null;
    for (const { head } of this.#cursors) {
      if (head === null) continue;
      const key = userKey(head[0] ?? null);
      if (lowest === null || compareKeys(key, lowest) < 0) lowest = key;
    }
    return lowest;
  }
}

/** The rows of one user at the head of a cursor. */
async function takeAll(cursor: SortedCursor, key: string): Promise<readonly TextRow[]> {
  const taken: TextRow[] = [];
  let spelled: RawText | undefined;
  for (;;) {
    if (!cursor.isReady) await cursor.fill();
    const { head } = cursor;
    if (head === null) return taken;
    // Rows of one user nearly always spell it alike.
    const [user = null] = head;
    if (user !== spelled && userKey(user) !== key) return taken;
    spelled = user;
    taken.push(head);
    cursor.advance();
  }
}

export function foundAccount(
  key: string,
  rows: readonly TextRow[],
  batches: readonly TextRow[],
  jobs: readonly TextRow[],
  batchFields: readonly string[],
): FoundAccount {
  const userId = userIdOfKey(key);
  const spellings = [rows, batches].map((table) => new Set(table.map(([user = null]) => user)));
  const known = new Set<RawText>(userId === null ? [] : spellingsOf(userId));
  const isOdd = [rows, batches, jobs].some((table) =>
    table.some(([user = null]) => !known.has(user)),
  );
  if (userId === null || isOdd || spellings.some(({ size }) => size > 1)) {
    const all = new Set(spellings.flatMap((table) => [...table]));
    const user = { spellings: [...all].sort(), rows: rows.length, batches: batches.length };
    return { kind: 'no user', user };
  }
  return {
    kind: 'account',
    account: {
      userId,
      rows: rows.map(toRow),
      batches: batches.map((batch) => toBatch(batch, batchFields)),
      jobs: jobs.map(toJob),
    },
  };
}

const IDS_FROM = 1 + ROW_COLUMNS.length;

const toRow = (row: TextRow): RawRow => ({
  id: row[1] ?? '',
  type: row[2] ?? null,
  amount: row[3] ?? null,
  balanceBefore: row[4] ?? null,
  balanceAfter: row[5] ?? null,
  sourceType: row[6] ?? null,
  sourceId: row[7] ?? null,
  batchId: row[8] ?? null,
  duration: row[9] ?? null,
  description: row[10] ?? null,
  createdAt: row[11] ?? null,
  updatedAt: row[12] ?? null,
  ids: row.slice(IDS_FROM),
});

/** The fields that the mapping names. The others stay undefined. */
const toBatch = (row: TextRow, fields: readonly string[]): RawBatch => {
  const named = fields.map((field, index) => [field, row[index + 1] ?? null] as const);
  return { ...NO_BATCH_FIELDS, ...Object.fromEntries(named) };
};

const NO_BATCH_FIELDS: RawBatch = {
  id: null,
  remaining: null,
  expiresAt: null,
  points: undefined,
  priority: undefined,
  rechargeId: undefined,
  sourceId: undefined,
  createdAt: undefined,
};

const toJob = (row: TextRow): RawJob => ({
  ids: row.slice(1, -1),
  settleBy: row.at(-1) ?? null,
});
