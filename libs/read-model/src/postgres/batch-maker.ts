import { setImmediate as breathe } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';

import type { Batch, Position } from '#event-store';

import { fold, nothingFolded, type Folded } from '../fold.js';
import type { EventPlace } from '../poison.js';
import { readBatch, type FollowsDirectly } from '../projected-event.js';
import { slicesOf } from '../slices-of.js';
import { lastIdAt, type Move } from './checkpoints.js';
import { encode } from './encode.js';
import { Wanted, loadWanted } from './load.js';
import { RowCache } from './row-cache.js';
import type { Statement } from './statement.js';
import { inTransaction } from './transaction.js';

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
  readonly statements: readonly Statement[];
}

/** What one batch brought. */
export interface Added {
  readonly rows: number;
  readonly events: number;
}

/** What becomes one transaction, as far as it has come. */
interface Draft {
  readonly after: Position | null;
  next: Position | null;
  readonly lastId: number;
  readonly wanted: Wanted;
  readonly folded: Folded;
  taken: number;
  events: number;
  lastEvent: Position | null;
  /** Whose rows are in it: where encoding fails, the event behind it must be named. */
  readonly places: EventPlace[];
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
  #ahead: { readonly position: Position | null; readonly lastId: number } | null = null;

  constructor(pool: Pool, options: TableWriterOptions) {
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
    const rows = draft.folded.transactions.length;
    const { events } = draft;
    await this.#fold(draft, batch, before);
    draft.next = batch.next;
    this.#draft = draft;
    return { rows: draft.folded.transactions.length - rows, events: draft.events - events };
  }

  /** What was begun is whole, and the next batch begins another one. */
  async finish(): Promise<MadeBatch> {
    const draft = this.#draft;
    if (draft?.next == null) throw new Error('a bug: nothing was begun');
    this.#draft = null;
    const { after, next, lastId, folded, events, lastEvent, wanted, places } = draft;
    const statements = await encode(this.#options.version, folded, places);
    const rows = folded.transactions.length;
    this.#cache.keep(wanted.users);
    this.#ahead = { position: next, lastId: lastId + rows };
    const { name, version } = this.#options;
    return { move: { name, version, after, next, lastId, rows, events, lastEvent }, statements };
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
    const lastId = isSure ? ahead.lastId : await this.#load(wanted, after, before);
    const folded = nothingFolded(lastId + 1);
    const begun = { taken: 0, events: 0, lastEvent: null, places: [] };
    return { after, next: after, lastId, wanted, folded, ...begun };
  }

  /** A slice at a time: what was decoded is garbage before it is old. */
  async #fold(draft: Draft, { events, next }: Batch, before: Promise<unknown>): Promise<void> {
    let last = draft.next;
    for (const slice of slicesOf(events, SLICE_EVENTS)) {
      await breathe();
      const read = readBatch(last, { events: slice, next }, this.#options.followsDirectly);
      draft.wanted.add(read);
      if (!draft.wanted.isAtHand) await this.#load(draft.wanted, draft.after, before);
      fold(draft.wanted.users, read, draft.folded);
      for (const { recorded } of read.fresh) draft.places.push(placeOf(recorded));
      last = read.last;
      draft.taken += slice.length;
      draft.events += read.fresh.length;
      draft.lastEvent = read.fresh.at(-1)?.recorded.position ?? draft.lastEvent;
    }
  }

  /** From tables that stand at `after`, in one snapshot. Gives the id of their last row. */
  async #load(wanted: Wanted, after: Position | null, before: Promise<unknown>): Promise<number> {
    const { name, version } = this.#options;
    await before;
    return inTransaction(
      this.#pool,
      async (client) => {
        const lastId = await lastIdAt(client, name, version, after);
        await loadWanted(client, version, wanted);
        return lastId;
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
    const read = readBatch(after, batch);
    const wanted = new Wanted(new RowCache());
    wanted.add(read);
    await before;
    const load = (client: PoolClient) => loadWanted(client, this.#options.version, wanted);
    await inTransaction(this.#pool, load, 'loading');
    fold(wanted.users, read, nothingFolded(0));
    return null;
  }
}

/** Not the event itself: what was decoded need not be kept. */
const placeOf = ({ stream, revision, position }: EventPlace): EventPlace => ({
  stream,
  revision,
  position,
});

const isNew = (after: Position | null, next: Position): boolean => after === null || next > after;
