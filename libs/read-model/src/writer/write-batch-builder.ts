import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';

import type { EventBatch, Position } from '#event-store';

import { fold, emptyFoldedRows, type FoldedRows } from '../fold/fold.js';
import type { EventLocation } from '../fold/poison-event.js';
import type { NewParkedAccount, Parking } from '../fold/parking.js';
import { decodeBatch, type FollowsDirectly } from '../fold/decode-batch.js';
import { chunksOfBatch } from '../fold/batch-chunks.js';
import { readBaseState, type BaseState, type CheckpointAdvance } from '../postgres/checkpoints.js';
import { encodeRows } from './encode-rows.js';
import { RowsToLoad } from './rows-to-load.js';
import { loadRows } from './load-rows.js';
import { RowCache } from './row-cache.js';
import type { WriteQuery } from './write-query.js';
import { inTransaction } from '../postgres/transaction.js';
import { insertParkedAccounts } from './write-parked-accounts.js';

export interface TableWriterOptions {
  readonly name: string;
  readonly version: number;
  readonly followsDirectly?: FollowsDirectly;
  /** Of one transaction; more only where one batch has more. */
  readonly eventsMax?: number;
}

/** All that has to be sent. */
export interface WriteBatch {
  readonly advance: CheckpointAdvance;
  readonly parked: readonly NewParkedAccount[];
  readonly queries: readonly WriteQuery[];
}

/** What one batch brought. */
export interface AddedCounts {
  readonly rows: number;
  readonly events: number;
  readonly parked: readonly NewParkedAccount[];
}

/** What becomes one transaction, as far as it has come. */
interface WriteBatchDraft {
  readonly after: Position | null;
  next: Position | null;
  readonly base: BaseState;
  readonly rowsToLoad: RowsToLoad;
  readonly folded: FoldedRows;
  recordsRead: number;
  events: number;
  lastEvent: Position | null;
  /** Whose rows are in it: where encoding fails, the event behind it must be named. */
  readonly locations: EventLocation[];
}

/** A few milliseconds of work. Then the batch before must get through to the server. */
const CHUNK_EVENTS = 500;

/** Makes of batches what has to be written, one draft upon the other, ahead of the writing. */
export class WriteBatchBuilder {
  readonly #pool: Pool;
  readonly #options: TableWriterOptions;
  readonly #cache = new RowCache();
  #draft: WriteBatchDraft | null = null;
  /** Where the tables will be, with the cached rows, when all that was made is written. */
  #expected: { readonly position: Position | null; readonly base: BaseState } | null = null;

  /** `parkedAt`: events at which an account is to be parked, by their positions. */
  constructor(
    pool: Pool,
    options: TableWriterOptions,
    private readonly parkedAt: ReadonlyMap<Position, Parking> = new Map(),
  ) {
    this.#pool = pool;
    this.#options = options;
  }

  /** Events that went into what was begun, those of others too. */
  get recordsRead(): number {
    return this.#draft?.recordsRead ?? 0;
  }

  /** Whether it can go into what was begun: it comes right behind it, with something new. */
  canExtend(after: Position | null, { next }: EventBatch): boolean {
    return this.#draft === null || (this.#draft.next === after && isNew(after, next));
  }

  /**
   * null: nothing in it is new. `before` settles when all drafts that were finished have been
   * written, or not. What was begun is lost with a batch that can't be added.
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

  /** What was begun is whole, and the next batch begins another one. */
  async finish(): Promise<WriteBatch> {
    const draft = this.#draft;
    if (draft?.next == null) throw new Error('a bug: nothing was begun');
    this.#draft = null;
    const { after, next, base, folded, events, lastEvent, rowsToLoad, locations } = draft;
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
    const advance = { name, version, after, next, lastId, unparked, rows, events, lastEvent };
    return { advance, parked, queries };
  }

  /** What was finished is not written: whatever is known of the rows may be wrong. */
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
    const begun = { recordsRead: 0, events: 0, lastEvent: null, locations: [] };
    return { after, next: after, base, rowsToLoad, folded, ...begun };
  }

  /** A slice at a time: what was decoded is garbage before it is old. */
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
    }
  }

  /** From tables that stand at `after`, in one snapshot. */
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

  /** Nothing in the batch can be new; what it has must be in the tables. */
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

/** Not the event itself: what was decoded need not be kept. */
const locationOf = ({ stream, revision, position }: EventLocation): EventLocation => ({
  stream,
  revision,
  position,
});

const isNew = (after: Position | null, next: Position): boolean => after === null || next > after;
