import type { Batch, Position } from '#event-store';

import { fold, nothingFolded } from '../fold.js';
import type {
  Applied,
  Checkpoint,
  DueAccount,
  PageRequest,
  ReadTables,
  TableWriter,
  Transaction,
  TransactionStory,
  UsageItem,
  UsageRequest,
} from '../port.js';
import { readBatch, type FollowsDirectly } from '../projected-event.js';
import type { AccountRow, BatchRow, NumberedTransaction } from '../tables.js';
import { MemoryRows } from './memory-rows.js';
import { usageIn } from './usage-in.js';

/** What goes wrong with one `write`: the database is lost before its commit, or before its answer. */
export type TableFault = 'abort-before-commit' | 'abort-after-commit';

export interface MemoryReadTablesOptions {
  readonly followsDirectly?: FollowsDirectly;
  /** Asked before each commit; undefined: nothing goes wrong. */
  readonly faultOf?: () => TableFault | undefined;
  readonly now?: () => Date;
}

/** Rows and checkpoint in this process: for the simulation and for specs. */
export class MemoryReadTables implements ReadTables, TableWriter {
  readonly #rows = new MemoryRows();
  readonly #options: MemoryReadTablesOptions;
  #lastId = 0;
  #checkpoint: Checkpoint;

  constructor(options: MemoryReadTablesOptions = {}) {
    this.#options = options;
    this.#checkpoint = {
      version: 1,
      state: 'live',
      position: null,
      lastEvent: null,
      eventCount: 0,
      committedAt: this.#now(),
    };
  }

  async checkpoint(): Promise<Checkpoint> {
    return this.#checkpoint;
  }

  async position(): Promise<Position | null> {
    return this.#checkpoint.position;
  }

  async write(after: Position | null, batch: Batch): Promise<Applied> {
    const read = readBatch(after, batch, this.#options.followsDirectly);
    const moves = after === null || batch.next > after;
    if (moves && after !== this.#checkpoint.position) return { kind: 'moved' };
    const touched = this.#rows.touched(read);
    const folded = nothingFolded(this.#lastId + 1);
    fold(touched, read, folded);
    if (!moves) return { kind: 'nothing' };
    const fault = this.#options.faultOf?.();
    if (fault === 'abort-before-commit') throw new Error('the database was lost before the commit');
    this.#rows.write(folded, touched);
    this.#lastId += folded.transactions.length;
    const events = read.fresh.length;
    this.#checkpoint = {
      ...this.#checkpoint,
      position: batch.next,
      lastEvent: read.fresh.at(-1)?.recorded.position ?? this.#checkpoint.lastEvent,
      eventCount: this.#checkpoint.eventCount + events,
      committedAt: this.#now(),
    };
    if (fault === 'abort-after-commit') throw new Error('the database was lost after the commit');
    return { kind: 'applied', rows: folded.transactions.length, events, state: 'live' };
  }

  /** Nothing ever waits. */
  async room(): Promise<void> {}

  async transactions(userId: string, request: PageRequest): Promise<readonly Transaction[]> {
    const { before = Infinity, limit, type, sourceType, from, to } = request;
    return this.#rows
      .transactionsOf(userId)
      .filter(
        (row) =>
          row.id < before &&
          (type === undefined || row.type === type) &&
          (sourceType === undefined || row.source_type === sourceType) &&
          (from === undefined || row.created_at >= from) &&
          (to === undefined || row.created_at < to),
      )
      .reverse()
      .slice(0, limit)
      .map(shown);
  }

  async transactionsAfter(
    userId: string,
    id: number,
    limit: number,
  ): Promise<readonly Transaction[]> {
    const newer = this.#rows.transactionsOf(userId).filter((row) => row.id > id);
    return newer.slice(0, limit).map(shown);
  }

  async account(userId: string): Promise<AccountRow | null> {
    return this.#rows.account(userId);
  }

  async batches(userId: string, limit: number): Promise<readonly BatchRow[]> {
    return this.#rows
      .batches()
      .filter((batch) => batch.user_id === userId && batch.remaining > 0)
      .sort(inDrawOrder)
      .slice(0, limit);
  }

  async usage(userId: string, request: UsageRequest): Promise<readonly UsageItem[]> {
    return usageIn(this.#rows.transactionsOf(userId), request);
  }

  async story(userId: string, id: number): Promise<TransactionStory | null> {
    const all = this.#rows.transactionsOf(userId);
    const row = all.find((candidate) => candidate.id === id);
    if (row === undefined) return null;
    const { consumption_of: of } = row;
    if (of === null) return { row, consumption: null, rows: [row] };
    return {
      row,
      consumption: this.#rows.consumption(userId, of),
      rows: all.filter((candidate) => candidate.consumption_of === of),
    };
  }

  async dueAccounts(at: string, limit: number): Promise<readonly DueAccount[]> {
    const due = new Map<string, string>();
    const add = (userId: string, dueAt: string | null): void => {
      if (dueAt === null || dueAt > at) return;
      const earliest = due.get(userId);
      if (earliest === undefined || dueAt < earliest) due.set(userId, dueAt);
    };
    for (const { user_id, remaining, expires_at } of this.#rows.batches()) {
      if (remaining > 0) add(user_id, expires_at);
    }
    for (const { user_id, settle_by } of this.#rows.openConsumptions()) add(user_id, settle_by);
    return [...due]
      .map(([userId, dueAt]) => ({ userId, dueAt }))
      .sort((a, b) => compare(a.dueAt, b.dueAt) || compare(a.userId, b.userId))
      .slice(0, limit);
  }

  async oldestOpenConsumption(): Promise<string | null> {
    const opened = this.#rows.openConsumptions().map((row) => row.opened_at);
    return opened.sort(compare)[0] ?? null;
  }

  #now(): string {
    return (this.#options.now?.() ?? new Date()).toISOString();
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function shown(row: NumberedTransaction): Transaction {
  return {
    id: row.id,
    user_id: row.user_id,
    type: row.type,
    amount: row.amount,
    balance_before: row.balance_before,
    balance_after: row.balance_after,
    source_type: row.source_type,
    source_id: row.source_id,
    batch_id: row.batch_id,
    duration: row.duration,
    description: row.description,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

const NEVER = '~';

function inDrawOrder(a: BatchRow, b: BatchRow): number {
  return (
    a.priority - b.priority ||
    compare(a.expires_at ?? NEVER, b.expires_at ?? NEVER) ||
    a.revision - b.revision ||
    a.line - b.line
  );
}
