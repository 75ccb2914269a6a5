import { setImmediate as breathe } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';

import type { Batch, Position } from '#event-store';

import { fold, emptyFoldedRows, type FoldedRows } from '../projection/fold.js';
import type { EventLocation } from '../projection/poison-event.js';
import type { NewParkedAccount, Parking } from '../projection/parking.js';
import { decodeBatch, type FollowsDirectly } from '../projection/decode-batch.js';
import { chunksOfBatch } from '../projection/batch-chunks.js';
import { footingAt, type Footing, type Move } from './checkpoints.js';
import { encode } from './encode.js';
import { Wanted, loadWanted } from './load.js';
import { RowCache } from './row-cache.js';
import type { Statement } from './statement.js';
import { inTransaction } from './transaction.js';
import { insertParked } from './write-parked.js';

export interface TableWriterOptions {
  readonly name: string;
  readonly version: number;
  readonly followsDirectly?: FollowsDirectly;
  /** Of one transaction; more only where one batch has more. */
  readonly eventsMax?: number;
}

/** All that has to be sent. */
export interface MadeBatch {
  readonly move: Move;
  readonly parked: readonly NewParkedAccount[];
  readonly statements: readonly Statement[];
}

/** What one batch brought. */
export interface Added {
  readonly rows: number;
  readonly events: number;
  readonly parked: readonly NewParkedAccount[];
}

/** What becomes one transaction, as far as it has come. */
interface Draft {
  readonly after: Position | null;
  next: Position | null;
  readonly footing: Footing;
  readonly wanted: Wanted;
  readonly folded: FoldedRows;
  taken: number;
  events: number;
  lastEvent: Position | null;
  /** Whose rows are in it: where encoding fails, the event behind it must be named. */
  readonly places: EventLocation[];
}

/** A few milliseconds of work. Then the batch before must get through to the server. */
const SLICE_EVENTS = 500;

/** Makes of batches what has to be written, one draft upon the other, ahead of the writing. */
export class BatchMaker {
  readonly #pool: Pool;
  readonly #options: TableWriterOptions;
  readonly #cache = new RowCache();
  #draft: Draft | null = null;
  /** Where the tables will be, with the cached rows, when all that was made is written. */
  #ahead: { readonly position: Position | null; readonly footing: Footing } | null = null;

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
  get taken(): number {
    return this.#draft?.taken ?? 0;
  }

  /** Whether it can go into what was begun: it comes right behind it, with something new. */
  continues(after: Position | null, { next }: Batch): boolean {
    return this.#draft === null || (this.#draft.next === after && isNew(after, next));
  }

  /**
   * null: nothing in it is new. `before` settles when all drafts that were finished have been
   * written, or not. What was begun is lost with a batch that can't be added.
   */
  async add(after: Position | null, batch: Batch, before: Promise<unknown>): Promise<Added | null> {
    if (!isNew(after, batch.next)) return this.#refuseUnseen(after, batch, before);
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
  async finish(): Promise<MadeBatch> {
    const draft = this.#draft;
    if (draft?.next == null) throw new Error('a bug: nothing was begun');
    this.#draft = null;
    const { after, next, footing, folded, events, lastEvent, wanted, places } = draft;
    const { lastId, unparked, hasParked } = footing;
    const { parked } = folded;
    const { name, version } = this.#options;
    const statements = await encode(version, folded, places);
    if (parked.length > 0) statements.push(insertParked({ name, version }, parked));
    const rows = folded.transactions.length;
    this.#cache.keep(wanted.users);
    this.#ahead = {
      position: next,
      footing: { lastId: lastId + rows, unparked, hasParked: hasParked || parked.length > 0 },
    };
    const move = { name, version, after, next, lastId, unparked, rows, events, lastEvent };
    return { move, parked, statements };
  }

  /** What was finished is not written: whatever is known of the rows may be wrong. */
  forget(): void {
    this.#ahead = null;
  }

  async #begin(after: Position | null, before: Promise<unknown>): Promise<Draft> {
    const ahead = this.#ahead;
    this.#ahead = null; // until the cached rows are changed as a whole
    const isSure = ahead !== null && ahead.position === after;
    if (!isSure) this.#cache.clear();
    const wanted = new Wanted(this.#cache);
    const footing = isSure ? ahead.footing : await this.#load(wanted, after, before);
    const folded = emptyFoldedRows(footing.lastId + 1);
    const begun = { taken: 0, events: 0, lastEvent: null, places: [] };
    return { after, next: after, footing, wanted, folded, ...begun };
  }

  /** A slice at a time: what was decoded is garbage before it is old. */
  async #fold(draft: Draft, batch: Batch, before: Promise<unknown>): Promise<void> {
    const { followsDirectly } = this.#options;
    const options = { parkedAt: this.parkedAt, ...(followsDirectly && { followsDirectly }) };
    let last = draft.next;
    for (const slice of chunksOfBatch(batch, SLICE_EVENTS)) {
      await breathe();
      const read = decodeBatch(last, slice, options);
      draft.wanted.add(read);
      if (!draft.wanted.isAtHand) await this.#load(draft.wanted, draft.after, before);
      const { skippedEvents } = draft.folded;
      fold(draft.wanted.users, read, draft.folded);
      for (const { recorded } of read.newEvents) draft.places.push(placeOf(recorded));
      last = read.last;
      draft.taken += slice.events.length;
      draft.events += read.newEvents.length - (draft.folded.skippedEvents - skippedEvents);
      draft.lastEvent = read.newEvents.at(-1)?.recorded.position ?? draft.lastEvent;
    }
  }

  /** From tables that stand at `after`, in one snapshot. */
  async #load(wanted: Wanted, after: Position | null, before: Promise<unknown>): Promise<Footing> {
    await before;
    return inTransaction(
      this.#pool,
      async (client) => {
        const footing = await footingAt(client, this.#options, after);
        await loadWanted(client, this.#options, wanted, footing.hasParked);
        return footing;
      },
      'loading',
    );
  }

  /** Nothing in the batch can be new; what it has must be in the tables. */
  async #refuseUnseen(
    after: Position | null,
    batch: Batch,
    before: Promise<unknown>,
  ): Promise<null> {
    const read = decodeBatch(after, batch);
    const wanted = new Wanted(new RowCache());
    wanted.add(read);
    await before;
    const load = (client: PoolClient) => loadWanted(client, this.#options, wanted, true);
    await inTransaction(this.#pool, load, 'loading');
    fold(wanted.users, read, emptyFoldedRows(0));
    return null;
  }
}

/** Not the event itself: what was decoded need not be kept. */
const placeOf = ({ stream, revision, position }: EventLocation): EventLocation => ({
  stream,
  revision,
  position,
});

const isNew = (after: Position | null, next: Position): boolean => after === null || next > after;
