import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';

import type { EventBatch, Position } from '#event-store';

import { fold } from '../fold/fold.js';
import { emptyFoldedRows, type FoldedRows } from '../fold/folded-rows.js';
import type { EventLocation } from '../fold/poison-event.js';
import type { NewParkedAccount, Parking } from '../fold/parking.js';
import { decodeBatch, type FollowsDirectly } from '../fold/decode-batch.js';
import { lastUnnamedAt } from '../fold/unnamed-pre-deductions.js';
import { chunksOfBatch } from '../fold/batch-chunks.js';
import { readBaseState, type BaseState, type CheckpointAdvance } from '../postgres/checkpoints.js';
import { encodeRows } from './encode-rows.js';
import { RowsToLoad } from './rows-to-load.js';
import { loadRows } from './load-rows.js';
import { RowCache } from './row-cache.js';
import type { WriteQuery } from './copy/write-query.js';
import { inTransaction } from '../postgres/transaction.js';
import { insertParkedAccounts } from './write-parked-accounts.js';

export interface TableWriterOptions {
  readonly name: string;
  readonly version: number;
  readonly followsDirectly?: FollowsDirectly;
  /** The limit of one transaction. A single batch may exceed it. */
  readonly eventsMax?: number;
}

/** What one transaction writes. */
export interface WriteBatch {
  readonly advance: CheckpointAdvance;
  readonly parked: readonly NewParkedAccount[];
  readonly queries: readonly WriteQuery[];
}

/** What one batch has added to the draft. */
export interface AddedCounts {
  readonly rows: number;
  readonly events: number;
  readonly parked: readonly NewParkedAccount[];
}

/** A write batch that is being built. */
interface WriteBatchDraft {
  readonly after: Position | null;
  next: Position | null;
  readonly base: BaseState;
  readonly rowsToLoad: RowsToLoad;
  readonly folded: FoldedRows;
  recordsRead: number;
  events: number;
  lastEvent: Position | null;
  unnamedAt: string | null;
  /** The events whose rows are in the draft, to name the one that can't be encoded. */
  readonly locations: EventLocation[];
}

/** A few milliseconds of work, after which the event loop sends the write batch before. */
const CHUNK_EVENTS = 500;

/** Builds write batches ahead of the commits, each on the rows of the one before. */
export class WriteBatchBuilder {
  readonly #pool: Pool;
  readonly #options: TableWriterOptions;
  readonly #cache = new RowCache();
  #draft: WriteBatchDraft | null = null;
  /** Where the tables and the cached rows will be when all write batches are committed. */
  #expected: { readonly position: Position | null; readonly base: BaseState } | null = null;

  /** `parkedAt` are the events at which an account is to be parked, by position. */
  constructor(
    pool: Pool,
    options: TableWriterOptions,
    private readonly parkedAt: ReadonlyMap<Position, Parking> = new Map(),
  ) {
    this.#pool = pool;
    this.#options = options;
  }

  /** The number of records in the draft, foreign ones included. */
  get recordsRead(): number {
    return this.#draft?.recordsRead ?? 0;
  }

  /** The number of rows of the statement in the draft. An event of a take-over has many. */
  get rows(): number {
    return this.#draft?.folded.transactions.length ?? 0;
  }

  /** Whether the batch directly follows the draft and has something new. */
  canExtend(after: Position | null, { next }: EventBatch): boolean {
    return this.#draft === null || (this.#draft.next === after && isNew(after, next));
  }

  /**
   * null: the batch has nothing new. `before` resolves when all earlier write batches were committed or have
   * failed. A batch that can't be added discards the draft.
   */
  async add(
    after: Position | null,
    batch: EventBatch,
    before: Promise<unknown>,
  ): Promise<AddedCounts | null> {
    if (!isNew(after, batch.next)) return this.#requireApplied(after, batch, before);
    const draft = this.#draft ?? (await this.#begin(after, before));
    this.#draft = null; // until the batch is in as a whole
    const { events } = draft;
    const rows = draft.folded.transactions.length;
    const parked = draft.folded.parked.length;
    await this.#fold(draft, batch, before);
    draft.next = batch.next;
    this.#draft = draft;
    return {
      rows: draft.folded.transactions.length - rows,
      events: draft.events - events,
      parked: draft.folded.parked.slice(parked),
    };
  }

  /** Completes the draft. The next batch begins another one. */
  async finish(): Promise<WriteBatch> {
    const draft = this.#draft;
    if (draft?.next == null) throw new Error('a bug: nothing was begun');
    this.#draft = null;
    const { after, next, base, folded, rowsToLoad, locations } = draft;
    const { events, lastEvent, unnamedAt } = draft;
    const { lastId, unparked, hasParked } = base;
    const { parked } = folded;
    const { name, version } = this.#options;
    const queries = await encodeRows(version, folded, locations);
    if (parked.length > 0) queries.push(insertParkedAccounts({ name, version }, parked));
    const rows = folded.transactions.length;
    this.#cache.put(rowsToLoad.users);
    this.#expected = {
      position: next,
      base: { lastId: lastId + rows, unparked, hasParked: hasParked || parked.length > 0 },
    };
    const counts = { rows, events, lastEvent, unnamedAt };
    const advance = { name, version, after, next, lastId, unparked, ...counts };
    return { advance, parked, queries };
  }

  /** A write batch failed, so that the cached rows may be wrong. */
  invalidate(): void {
    this.#expected = null;
  }

  async #begin(after: Position | null, before: Promise<unknown>): Promise<WriteBatchDraft> {
    const ahead = this.#expected;
    this.#expected = null; // until the cached rows are changed as a whole
    const isSure = ahead !== null && ahead.position === after;
    if (!isSure) this.#cache.clear();
    const rowsToLoad = new RowsToLoad(this.#cache);
    const base = isSure ? ahead.base : await this.#load(rowsToLoad, after, before);
    const folded = emptyFoldedRows(base.lastId + 1);
    const begun = { recordsRead: 0, events: 0, lastEvent: null, unnamedAt: null, locations: [] };
    return { after, next: after, base, rowsToLoad, folded, ...begun };
  }

  /** Works in chunks, so that decoded events are collected while they are young. */
  async #fold(draft: WriteBatchDraft, batch: EventBatch, before: Promise<unknown>): Promise<void> {
    const { followsDirectly } = this.#options;
    const options = { parkedAt: this.parkedAt, ...(followsDirectly && { followsDirectly }) };
    let last = draft.next;
    for (const slice of chunksOfBatch(batch, CHUNK_EVENTS)) {
      await yieldToEventLoop();
      const read = decodeBatch(last, slice, options);
      draft.rowsToLoad.add(read);
      if (!draft.rowsToLoad.isComplete) await this.#load(draft.rowsToLoad, draft.after, before);
      const { skippedEvents } = draft.folded;
      fold(draft.rowsToLoad.users, read, draft.folded);
      for (const { recorded } of read.newEvents) draft.locations.push(locationOf(recorded));
      last = read.last;
      draft.recordsRead += slice.events.length;
      draft.events += read.newEvents.length - (draft.folded.skippedEvents - skippedEvents);
      draft.lastEvent = read.newEvents.at(-1)?.recorded.position ?? draft.lastEvent;
      draft.unnamedAt = later(draft.unnamedAt, lastUnnamedAt(read.newEvents));
    }
  }

  /** Loads rows from tables at the position `after`, in one snapshot. */
  async #load(
    rowsToLoad: RowsToLoad,
    after: Position | null,
    before: Promise<unknown>,
  ): Promise<BaseState> {
    await before;
    return inTransaction(
      this.#pool,
      async (client) => {
        const base = await readBaseState(client, this.#options, after);
        await loadRows(client, this.#options, rowsToLoad, base.hasParked);
        return base;
      },
      'loading',
    );
  }

  /** A batch before the checkpoint: all its events must be in the tables. */
  async #requireApplied(
    after: Position | null,
    batch: EventBatch,
    before: Promise<unknown>,
  ): Promise<null> {
    const read = decodeBatch(after, batch);
    const rowsToLoad = new RowsToLoad(new RowCache());
    rowsToLoad.add(read);
    await before;
    const load = (client: PoolClient) => loadRows(client, this.#options, rowsToLoad, true);
    await inTransaction(this.#pool, load, 'loading');
    fold(rowsToLoad.users, read, emptyFoldedRows(0));
    return null;
  }
}

const later = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && b > a) ? b : a;

/** A copy, so that the event itself is not kept in memory. */
const locationOf = ({ stream, revision, position }: EventLocation): EventLocation => ({
  stream,
  revision,
  position,
});

const isNew = (after: Position | null, next: Position): boolean => after === null || next > after;
