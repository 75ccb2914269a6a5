import { PermanentStoreError, type EncodedEvent, type NonEmpty } from '../port.js';
import { IdIndex } from './id-index.js';

/** One event as the log keeps it; its place in `events` is its position less one. */
export interface LoggedEvent {
  readonly stream: string;
  readonly revision: number;
  readonly event: EncodedEvent;
}

export type Written =
  | { readonly kind: 'ok'; readonly size: number; readonly repeated: boolean }
  | { readonly kind: 'conflict'; readonly actual: number | null };

/**
 * The disk of the stores in memory: it outlives the store that wrote to it, and several stores may
 * share it, as processes share a database.
 */
export class MemoryLog {
  readonly #events: LoggedEvent[] = [];
  /** Of every stream, where its events are in the log. */
  readonly #streams = new Map<string, number[]>();
  readonly #ids = new IdIndex((place) => this.#events[place]?.event.id ?? '');
  #waiting: (() => void)[] = [];

  get size(): number {
    return this.#events.length;
  }

  at(index: number): LoggedEvent | undefined {
    return this.#events[index];
  }

  /** Where the events of a stream are, in order of revision. */
  placesOf(stream: string): readonly number[] {
    return this.#streams.get(stream) ?? [];
  }

  write(stream: string, expected: number, events: NonEmpty<EncodedEvent>): Written {
    const places = this.#streams.get(stream);
    const current = (places?.length ?? 0) - 1;
    if (expected !== current) {
      if (places !== undefined && this.#isRepeat(places, expected, events)) {
        return { kind: 'ok', size: (places[expected + events.length] ?? 0) + 1, repeated: true };
      }
      return { kind: 'conflict', actual: current < 0 ? null : current };
    }
    this.#refuseReused(stream, events);
    const grown = places ?? this.#begin(stream);
    for (const event of events) {
      const place = this.#events.length;
      grown.push(place);
      this.#events.push({ stream, revision: grown.length - 1, event });
      this.#ids.add(event.id, place);
    }
    this.#wake();
    return { kind: 'ok', size: this.#events.length, repeated: false };
  }

  /** Resolves when the log has grown beyond `size`, or when `signal` aborts. */
  async grown(size: number, signal: AbortSignal): Promise<void> {
    if (this.#events.length > size || signal.aborted) return;
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
      const place = places[expected + 1 + i];
      return place !== undefined && this.#events[place]?.event.id === event.id;
    });
  }

  #refuseReused(stream: string, events: NonEmpty<EncodedEvent>): void {
    for (const { id } of events) {
      const place = this.#ids.placeOf(id);
      if (place !== undefined) throw reused(id, stream, this.#events[place]?.stream ?? stream);
    }
    if (events.length === 1) return;
    const ids = new Set<string>();
    for (const { id } of events) {
      if (ids.has(id)) throw reused(id, stream, stream);
      ids.add(id);
    }
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
