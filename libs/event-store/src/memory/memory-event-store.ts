import {
  PermanentStoreError,
  type AppendResult,
  type BatchSink,
  type EncodedEvent,
  type EventStore,
  type NonEmpty,
  type Position,
  type ReadOptions,
  type RecordedEvent,
} from '../port.js';
import { refuseTooLarge } from '../append-size.js';
import { FOLLOW_BATCH_MAX } from '../limits.js';
import { positionsOf } from '../position.js';
import { MemoryLog } from './memory-log.js';

export interface AppendCall {
  readonly stream: string;
  readonly expected: number;
  readonly events: NonEmpty<EncodedEvent>;
}

/** What goes wrong with one append. */
export type MemoryFault =
  /** Written, but the caller hears `unknown`. */
  | 'answer-lost'
  /** Not written, and the caller hears `unknown`. */
  | 'lost-before-commit'
  /** Not written: `conflict`, as if another writer had been there and gone. */
  | 'conflict'
  /** Arrives twice; the caller hears the second answer. */
  | 'repeat'
  /** Arrives only when the promise is settled. */
  | { readonly stallUntil: Promise<void> };

export interface MemoryEventStoreOptions {
  /** What was written survives the store with it, and is shared by all stores on one log. */
  readonly log?: MemoryLog;
  /** Asked before each append; undefined: nothing goes wrong. */
  readonly faultOf?: (call: AppendCall) => MemoryFault | undefined;
  /** Asked before each read (a `follow` resumes by itself); an error it gives is thrown. */
  readonly readFaultOf?: () => Error | undefined;
}

const positions = positionsOf('memory');

/** The store that tests, the simulation and benches use: keeps every promise but to survive. */
export class MemoryEventStore implements EventStore {
  readonly #log: MemoryLog;
  readonly #faultOf: MemoryEventStoreOptions['faultOf'];
  readonly #readFaultOf: MemoryEventStoreOptions['readFaultOf'];
  readonly #closed = new AbortController();

  constructor(options: MemoryEventStoreOptions = {}) {
    this.#log = options.log ?? new MemoryLog();
    this.#faultOf = options.faultOf;
    this.#readFaultOf = options.readFaultOf;
  }

  async append(
    stream: string,
    expected: number,
    events: NonEmpty<EncodedEvent>,
  ): Promise<AppendResult> {
    if (this.#closed.signal.aborted) {
      return { kind: 'unknown', cause: new Error('the store is closed') };
    }
    refuseTooLarge(stream, events);
    const fault = this.#faultOf?.({ stream, expected, events });
    if (fault === undefined) return this.#write({ stream, expected, events });
    return this.#appendUnder(fault, { stream, expected, events });
  }

  async *readStream(stream: string, options: ReadOptions = {}): AsyncIterable<RecordedEvent> {
    this.#failRead();
    const places = this.#log.placesOf(stream);
    const last = places.length - 1;
    const step = options.backwards === true ? -1 : 1;
    let revision = options.from ?? (step < 0 ? last : 0);
    if (step < 0) revision = Math.min(revision, last);
    let left = options.limit ?? Infinity;
    for (; revision >= 0 && revision <= last && left > 0; revision += step, left -= 1) {
      const place = places[revision];
      if (place !== undefined) yield this.#recorded(place);
    }
  }

  async readAll(after: Position | null, limit: number): ReturnType<EventStore['readAll']> {
    const from = positions.parse(after);
    this.#failRead();
    const events = this.#slice(from, limit);
    return {
      events,
      next: events.at(-1)?.position ?? after,
      atHead: from + events.length >= this.#log.size,
    };
  }

  async follow(after: Position | null, sink: BatchSink, signal: AbortSignal): Promise<void> {
    let from = positions.parse(after);
    if (from > this.#log.size) {
      throw new PermanentStoreError(
        'broken-order',
        `asked to follow from ${from}, but the store ends at ${this.#log.size}`,
      );
    }
    const until = AbortSignal.any([signal, this.#closed.signal]);
    while (!until.aborted) {
      const events = this.#slice(from, FOLLOW_BATCH_MAX);
      const last = events.at(-1);
      if (last === undefined) {
        await this.#log.grown(from, until);
        continue;
      }
      await sink({ events, next: last.position });
      from += events.length;
    }
  }

  async head(): Promise<Position | null> {
    this.#failRead();
    return this.#log.size === 0 ? null : positions.format(this.#log.size);
  }

  async close(): Promise<void> {
    this.#closed.abort();
  }

  async #appendUnder(fault: MemoryFault, call: AppendCall): Promise<AppendResult> {
    switch (fault) {
      case 'answer-lost':
        this.#write(call);
        return { kind: 'unknown', cause: new Error('the answer was lost') };
      case 'lost-before-commit':
        return { kind: 'unknown', cause: new Error('the append was lost') };
      case 'conflict': {
        const actual = this.#log.placesOf(call.stream).length - 1;
        return { kind: 'conflict', actual: actual < 0 ? null : actual };
      }
      case 'repeat':
        this.#write(call);
        return this.#write(call);
      default:
        await fault.stallUntil;
        return this.#write(call);
    }
  }

  #write({ stream, expected, events }: AppendCall): AppendResult {
    const written = this.#log.write(stream, expected, events);
    if (written.kind === 'conflict') return written;
    return {
      kind: 'ok',
      revision: expected + events.length,
      position: positions.format(written.size),
      repeated: written.repeated,
    };
  }

  #slice(from: number, limit: number): RecordedEvent[] {
    const events: RecordedEvent[] = [];
    const end = Math.min(this.#log.size, from + limit);
    for (let place = from; place < end; place += 1) events.push(this.#recorded(place));
    return events;
  }

  #recorded(place: number): RecordedEvent {
    const logged = this.#log.at(place);
    if (logged === undefined) throw new Error(`nothing at place ${place} of the log`);
    const { stream, revision, event } = logged;
    return {
      id: event.id,
      type: event.type,
      data: event.data,
      meta: event.meta,
      hash: event.hash,
      stream,
      revision,
      position: positions.format(place + 1),
    };
  }

  #failRead(): void {
    const error = this.#readFaultOf?.();
    if (error !== undefined) throw error;
  }
}
