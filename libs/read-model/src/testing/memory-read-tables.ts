import type { EventBatch, Position } from '#event-store';

import { fold } from '../fold/fold.js';
import { emptyFoldedRows } from '../fold/folded-rows.js';
import {
  PARKED_PER_HOUR_MAX,
  TooManyParked,
  countsTowardLimit,
  parkingForPoison,
  type NewParkedAccount,
  type ParkedAccount,
  type Parking,
} from '../fold/parking.js';
import { PoisonEvent } from '../fold/poison-event.js';
import type {
  DueAccount,
  PageRequest,
  ReadTables,
  RechargeName,
  RowName,
  RowCursor,
  ProjectionStatus,
  TransactionDetails,
  UnnamedPreDeductions,
  UsageItem,
  UsageRequest,
} from '../read-tables.js';
import type { WriteResult, Checkpoint, TableWriter } from '../table-writer.js';
import { lastUnnamedAt } from '../fold/unnamed-pre-deductions.js';
import { decodeBatch, type FollowsDirectly } from '../fold/decode-batch.js';
import { pickColumns } from './pick-columns.js';
import {
  STATEMENT_COLUMNS,
  type AccountRow,
  type BatchRow,
  type ConsumptionRow,
  type RechargeRow,
  type StatementRow,
  type TransactionRow,
} from '../schema/tables.js';
import { MemoryRows } from './memory-rows.js';
import { rowsOfRecharge, rechargeOfRow } from './memory-recharges.js';
import { sumUsage } from './memory-usage.js';

/** A fault of one `write`: the connection is lost before the commit, or before its answer. */
export type TableFault = 'abort-before-commit' | 'abort-after-commit';

export interface MemoryReadTablesOptions {
  readonly followsDirectly?: FollowsDirectly;
  /** Called before each commit. undefined: no fault. */
  readonly faultOf?: () => TableFault | undefined;
  readonly now?: () => Date;
}

/** Read tables in memory, for the simulation and for specs. */
export class MemoryReadTables implements ReadTables, TableWriter {
  readonly #rows = new MemoryRows();
  readonly #options: MemoryReadTablesOptions;
  readonly #parked = new Map<string, ParkedAccount>();
  #lastId = 0;
  #unnamedAt: string | null = null;
  #checkpoint: Checkpoint;

  constructor(options: MemoryReadTablesOptions = {}) {
    this.#options = options;
    this.#checkpoint = {
      version: 1,
      state: 'live',
      position: null,
      lastEvent: null,
      eventCount: 0,
      parked: 0,
      committedAt: this.#now(),
    };
  }

  async checkpoint(): Promise<Checkpoint> {
    return this.#checkpoint;
  }

  async position(): Promise<Position | null> {
    return this.#checkpoint.position;
  }

  async projectionStatus(userId: string): Promise<ProjectionStatus> {
    return { position: this.#checkpoint.position, parked: this.#parked.get(userId) ?? null };
  }

  write(after: Position | null, batch: EventBatch): Promise<WriteResult> {
    return this.#write(after, batch, new Map());
  }

  async writeWithParking(
    after: Position | null,
    batch: EventBatch,
    mayPark: (position: Position) => boolean = () => true,
  ): Promise<WriteResult> {
    const parkedAt = new Map<Position, Parking>();
    const isDense = this.#options.followsDirectly !== undefined;
    for (;;) {
      try {
        return await this.#write(after, batch, parkedAt);
      } catch (error) {
        const parking = error instanceof PoisonEvent ? parkingForPoison(error, isDense) : null;
        if (parking === null || parkedAt.has(parking.position) || !mayPark(parking.position)) {
          throw error;
        }
        parkedAt.set(parking.position, parking);
      }
    }
  }

  async #write(
    after: Position | null,
    batch: EventBatch,
    parkedAt: ReadonlyMap<Position, Parking>,
  ): Promise<WriteResult> {
    const { followsDirectly } = this.#options;
    const read = decodeBatch(after, batch, {
      parkedAt,
      ...(followsDirectly && { followsDirectly }),
    });
    const moves = after === null || batch.next > after;
    if (moves && after !== this.#checkpoint.position) return { kind: 'conflict' };
    const touched = this.#rows.load(read);
    for (const [userId, rows] of touched) rows.isParked = this.#parked.has(userId);
    const folded = emptyFoldedRows(this.#lastId + 1);
    fold(touched, read, folded);
    if (!moves) return { kind: 'nothing' };
    this.#refuseTooMany(folded.parked);
    const fault = this.#options.faultOf?.();
    if (fault === 'abort-before-commit') throw new Error('the database was lost before the commit');
    this.#rows.write(folded, touched);
    const since = this.#now();
    for (const parked of folded.parked) this.#parked.set(parked.userId, { ...parked, since });
    this.#lastId += folded.transactions.length;
    const unnamedAt = lastUnnamedAt(read.newEvents);
    if (unnamedAt !== null && unnamedAt > (this.#unnamedAt ?? '')) this.#unnamedAt = unnamedAt;
    const events = read.newEvents.length - folded.skippedEvents;
    this.#checkpoint = {
      ...this.#checkpoint,
      position: batch.next,
      lastEvent: read.newEvents.at(-1)?.recorded.position ?? this.#checkpoint.lastEvent,
      eventCount: this.#checkpoint.eventCount + events,
      parked: this.#parked.size,
      committedAt: since,
    };
    if (fault === 'abort-after-commit') throw new Error('the database was lost after the commit');
    const { parked } = folded;
    return { kind: 'applied', rows: folded.transactions.length, events, parked, state: 'live' };
  }

  #refuseTooMany(parked: readonly NewParkedAccount[]): void {
    const last = parked.filter(countsTowardLimit).at(-1);
    if (last === undefined) return;
    const anHourAgo = new Date(Date.parse(this.#now()) - 3_600_000).toISOString();
    const lately = [...this.#parked.values()].filter(({ since }) => since > anHourAgo);
    const count = [...lately, ...parked].filter(countsTowardLimit).length;
    if (count > PARKED_PER_HOUR_MAX) throw new TooManyParked(last);
  }

  /** Writes never wait here. */
  async waitForCapacity(): Promise<void> {}

  async transactions(userId: string, request: PageRequest): Promise<readonly StatementRow[]> {
    const { before, limit, type, sourceType, sourceId, from, to } = request;
    return this.#rows
      .transactionsOf(userId)
      .filter(
        (row) =>
          (before === undefined || compareToCursor(row, before) < 0) &&
          (type === undefined || row.type === type) &&
          (sourceType === undefined || row.source_type === sourceType) &&
          (sourceId === undefined || row.source_id === sourceId) &&
          (from === undefined || row.created_at >= from) &&
          (to === undefined || row.created_at < to),
      )
      .reverse()
      .slice(0, limit)
      .map(statementRowOf);
  }

  async transactionsAfter(
    userId: string,
    place: RowCursor,
    limit: number,
  ): Promise<readonly StatementRow[]> {
    const all = this.#rows.transactionsOf(userId);
    const newer = all.filter((row) => compareToCursor(row, place) > 0);
    return newer.slice(0, limit).map(statementRowOf);
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
    return sumUsage(this.#rows.transactionsOf(userId), request);
  }

  async transactionDetails(userId: string, name: RowName): Promise<TransactionDetails | null> {
    const all = this.#rows.transactionsOf(userId);
    const row = all.find((candidate) => isNamed(candidate, name));
    if (row === undefined) return null;
    const { consumption_of: of } = row;
    if (of === null) {
      const recharges = this.#rows.rechargesOf(userId);
      const recharge = rechargeOfRow(recharges, row);
      return {
        row,
        consumption: null,
        recharge,
        rows: rowsOfRecharge(all, recharges, recharge, row),
      };
    }
    return {
      row,
      consumption: this.#rows.consumption(userId, of),
      recharge: null,
      rows: all.filter((candidate) => candidate.consumption_of === of),
    };
  }

  async recharge(userId: string, name: RechargeName): Promise<RechargeRow | null> {
    const named = this.#rows
      .rechargesOf(userId)
      .filter((row) =>
        'revision' in name ? row.revision === name.revision : row.recharge_id === name.rechargeId,
      );
    return named.at(-1) ?? null;
  }

  async measuredConsumptions(limit: number): Promise<readonly ConsumptionRow[]> {
    return this.#rows
      .consumptions()
      .filter(({ quantity, duration }) => quantity !== null || duration !== null)
      .filter(({ status }) => status !== 'cancelled' && status !== 'timed_out')
      .sort((a, b) => b.first_row - a.first_row)
      .slice(0, limit);
  }

  async dueAccounts(at: string, limit: number): Promise<readonly DueAccount[]> {
    const due = new Map<string, string>();
    const add = (userId: string, dueAt: string | null): void => {
      if (dueAt === null || dueAt > at || this.#parked.has(userId)) return;
      if (this.#rows.account(userId)?.take_over === 'handed_back') return;
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
    const goingOn = this.#rows.openConsumptions().filter((row) => !this.#parked.has(row.user_id));
    const opened = goingOn.map((row) => row.opened_at);
    return opened.sort(compare)[0] ?? null;
  }

  async unnamedPreDeductions(): Promise<UnnamedPreDeductions> {
    return { lastAt: this.#unnamedAt, unnotedUntil: null };
  }

  #now(): string {
    return (this.#options.now?.() ?? new Date()).toISOString();
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Compares by revision and line, or by id when the cursor has no more. */
function compareToCursor(row: TransactionRow, { id, revision, line = 0 }: RowCursor): number {
  if (revision === undefined) return row.id - id;
  return row.revision - revision || row.line - line;
}

const isNamed = (row: TransactionRow, name: RowName): boolean =>
  'id' in name ? row.id === name.id : row.revision === name.revision && row.line === name.line;

const statementRowOf = (row: TransactionRow): StatementRow => pickColumns(row, STATEMENT_COLUMNS);

const NEVER = '~';

function inDrawOrder(a: BatchRow, b: BatchRow): number {
  return (
    a.priority - b.priority ||
    compare(a.expires_at ?? NEVER, b.expires_at ?? NEVER) ||
    a.revision - b.revision ||
    a.line - b.line
  );
}
