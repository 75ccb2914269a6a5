import {
  PermanentStoreError,
  type DamagedRecord,
  type EncodedEvent,
  type NonEmpty,
} from '../port.js';
import { IdIndex } from './memory-id-index.js';

/** One event of the log. Its index in `events` is its position minus one. */
export interface LoggedEvent {
  readonly stream: string;
  readonly revision: number;
  readonly event: EncodedEvent;
}

/** Damage to a stream by another program. */
export type LoggedDamage = Omit<DamagedRecord, 'position'>;

const isDamage = (logged: LoggedEvent | LoggedDamage): logged is LoggedDamage => 'code' in logged;

export type Written =
  | { readonly kind: 'ok'; readonly size: number }
  | { readonly kind: 'conflict'; readonly actual: number | null };

/**
 * The storage of memory stores. It outlives the store that wrote to it, and several stores may share
 * it, as processes share a database.
 */
export class MemoryLog {
  readonly #records: (LoggedEvent | LoggedDamage)[] = [];
  /** The places of each stream's events in the log. */
  readonly #streams = new Map<string, number[]>();
  readonly #deleted = new Set<string>();
  readonly #ids = new IdIndex((place) => this.#idAt(place) ?? '');
  #waiting: (() => void)[] = [];

  get size(): number {
    return this.#records.length;
  }

  at(index: number): LoggedEvent | LoggedDamage | undefined {
    return this.#records[index];
  }

  /** The places of a stream's events, in order of revision. */
  placesOf(stream: string): readonly number[] {
    return this.#streams.get(stream) ?? [];
  }

  /** Throws for a deleted stream, which can't be read or written any more. */
  assertNotDeleted(stream: string): void {
    if (!this.#deleted.has(stream)) return;
    throw new PermanentStoreError('stream-deleted', `stream ${stream} was deleted`);
  }

  /** Deletes a stream like a tombstone of EventStoreDB: permanently, while its events stay in the log. */
  tombstone(stream: string): void {
    this.#deleted.add(stream);
    const detail = `stream ${stream} was deleted`;
    this.#records.push({ stream, revision: null, code: 'stream-deleted', detail });
    this.#wake();
  }

  /** Gives the next revision of a stream to a record that is not an event. */
  writeUnreadable(stream: string): void {
    const places = this.#streams.get(stream) ?? this.#begin(stream);
    const revision = places.length;
    places.push(this.#records.length);
    const detail = `revision ${revision} of stream ${stream} was not written by this store`;
    this.#records.push({ stream, revision, code: 'unreadable-record', detail });
    this.#wake();
  }

  write(stream: string, expected: number, events: NonEmpty<EncodedEvent>): Written {
    this.assertNotDeleted(stream);
    const places = this.#streams.get(stream);
    const current = (places?.length ?? 0) - 1;
    if (expected !== current) {
      if (places !== undefined && this.#isRepeat(places, expected, events)) {
        return { kind: 'ok', size: (places[expected + events.length] ?? 0) + 1 };
      }
      return { kind: 'conflict', actual: current < 0 ? null : current };
    }
    this.#assertIdsUnused(stream, events);
    const waitForGrowth = places ?? this.#begin(stream);
    for (const event of events) {
      const place = this.#records.length;
      waitForGrowth.push(place);
      this.#records.push({ stream, revision: waitForGrowth.length - 1, event });
      this.#ids.add(event.id, place);
    }
    this.#wake();
    return { kind: 'ok', size: this.#records.length };
  }

  /** Resolves when the log has grown beyond `size`, or when `signal` aborts. */
  async waitForGrowth(size: number, signal: AbortSignal): Promise<void> {
    if (this.#records.length > size || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done);
      this.#waiting.push(done);
    });
  }

  #isRepeat(places: readonly number[], expected: number, events: NonEmpty<EncodedEvent>): boolean {
    return events.every((event, i) => {
      const there = this.#records[places[expected + 1 + i] ?? -1];
      if (there === undefined || isDamage(there)) return false;
      return there.event.id === event.id && Buffer.compare(there.event.hash, event.hash) === 0;
    });
  }

  #assertIdsUnused(stream: string, events: NonEmpty<EncodedEvent>): void {
    for (const { id } of events) {
      const place = this.#ids.placeOf(id);
      if (place !== undefined) throw reused(id, stream, this.#records[place]?.stream ?? stream);
    }
    if (events.length === 1) return;
    const ids = new Set<string>();
    for (const { id } of events) {
      if (ids.has(id)) throw reused(id, stream, stream);
      ids.add(id);
    }
  }

  #idAt(place: number): string | undefined {
    const logged = this.#records[place];
    return logged === undefined || isDamage(logged) ? undefined : logged.event.id;
  }

  #begin(stream: string): number[] {
    const places: number[] = [];
    this.#streams.set(stream, places);
    return places;
  }

  #wake(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

const reused = (id: string, stream: string, owner: string) =>
  new PermanentStoreError(
    'event-id-reused',
    `event id ${id} of stream ${stream} is taken by an event of stream ${owner}`,
  );
