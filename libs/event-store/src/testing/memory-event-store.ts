import {
  PermanentStoreError,
  type AppendResult,
  type EventBatchSink,
  type DamagedRecord,
  type EncodedEvent,
  type EventStore,
  type NonEmpty,
  type Position,
  type ReadOptions,
  type RecordedEvent,
} from '../port.js';
import { assertAppendSize } from '../append-size.js';
import { isDamaged } from '../damaged-record.js';
import { FOLLOW_BATCH_MAX } from '../limits.js';
import { positionsOf } from '../position.js';
import { MemoryLog } from './memory-log.js';

export interface AppendCall {
  readonly stream: string;
  readonly expected: number;
  readonly events: NonEmpty<EncodedEvent>;
}

/** A fault of one append. */
export type MemoryFault =
  /** The append is written, but the caller receives `unknown`. */
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
  /** The log outlives the store, and several stores may share one. */
  readonly log?: MemoryLog;
  /** Called before each append, which succeeds when it returns undefined. */
  readonly faultOf?: (call: AppendCall) => MemoryFault | undefined;
  /** Called before each read, except those of `follow`. The error it returns is thrown. */
  readonly readFaultOf?: () => Error | undefined;
  /** The clock of the store. */
  readonly timeOfDay?: () => number;
}

interface Slice {
  /** The number of records of the log before the next one. */
  readonly end: number;
  readonly events: readonly RecordedEvent[];
  readonly damaged?: readonly DamagedRecord[];
}

const positions = positionsOf('memory');

/** The store of tests, the simulation and benchmarks. It fulfils the whole contract except durability. */
export class MemoryEventStore implements EventStore {
  readonly #log: MemoryLog;
  readonly #faultOf: MemoryEventStoreOptions['faultOf'];
  readonly #readFaultOf: MemoryEventStoreOptions['readFaultOf'];
  readonly #timeOfDay: () => number;
  readonly #closed = new AbortController();

  constructor(options: MemoryEventStoreOptions = {}) {
    this.#log = options.log ?? new MemoryLog();
    this.#faultOf = options.faultOf;
    this.#readFaultOf = options.readFaultOf;
    this.#timeOfDay = options.timeOfDay ?? Date.now;
  }

  async append(
    stream: string,
    expected: number,
    events: NonEmpty<EncodedEvent>,
  ): Promise<AppendResult> {
    if (this.#closed.signal.aborted) {
      return { kind: 'unknown', cause: new Error('the store is closed') };
    }
    assertAppendSize(stream, events);
    const fault = this.#faultOf?.({ stream, expected, events });
    if (fault === undefined) return this.#write({ stream, expected, events });
    return this.#appendUnder(fault, { stream, expected, events });
  }

  async *readStream(stream: string, options: ReadOptions = {}): AsyncIterable<RecordedEvent> {
    this.#failRead();
    this.#log.assertNotDeleted(stream);
    const places = this.#log.placesOf(stream);
    const last = places.length - 1;
    const step = options.backwards === true ? -1 : 1;
    let revision = options.from ?? (step < 0 ? last : 0);
    if (step < 0) revision = Math.min(revision, last);
    let left = options.limit ?? Infinity;
    for (; revision >= 0 && revision <= last && left > 0; revision += step, left -= 1) {
      const place = places[revision];
      if (place === undefined) continue;
      const record = this.#recorded(place);
      if (isDamaged(record)) throw new PermanentStoreError('broken-order', record.detail);
      yield record;
    }
  }

  async readAll(after: Position | null, limit: number): ReturnType<EventStore['readAll']> {
    const from = positions.parse(after);
    this.#failRead();
    const { end, ...page } = this.#slice(from, limit);
    return {
      ...page,
      next: end > from ? positions.format(end) : after,
      atHead: end >= this.#log.size,
    };
  }

  async follow(after: Position | null, sink: EventBatchSink, signal: AbortSignal): Promise<void> {
    let from = positions.parse(after);
    if (from > this.#log.size) {
      throw new PermanentStoreError(
        'broken-order',
        `cannot follow from ${from}: the store ends at ${this.#log.size}`,
      );
    }
    const until = AbortSignal.any([signal, this.#closed.signal]);
    while (!until.aborted) {
      const { end, ...slice } = this.#slice(from, FOLLOW_BATCH_MAX);
      if (end === from) {
        await this.#log.waitForGrowth(from, until);
        continue;
      }
      await sink({ ...slice, next: positions.format(end) });
      from = end;
    }
  }

  isPosition(text: string): text is Position {
    return positions.is(text);
  }

  async head(): Promise<Position | null> {
    this.#failRead();
    return this.#log.size === 0 ? null : positions.format(this.#log.size);
  }

  async timeOfDay(): Promise<number> {
    this.#failRead();
    return this.#timeOfDay();
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
    };
  }

  #slice(from: number, limit: number): Slice {
    const events: RecordedEvent[] = [];
    const damaged: DamagedRecord[] = [];
    const end = Math.min(this.#log.size, from + limit);
    for (let place = from; place < end; place += 1) {
      const record = this.#recorded(place);
      if (isDamaged(record)) damaged.push(record);
      else events.push(record);
    }
    return { end, events, ...(damaged.length > 0 && { damaged }) };
  }

  #recorded(place: number): RecordedEvent | DamagedRecord {
    const logged = this.#log.at(place);
    if (logged === undefined) throw new Error(`nothing at place ${place} of the log`);
    const position = positions.format(place + 1);
    if ('code' in logged) return { ...logged, position };
    const { stream, revision, event } = logged;
    return {
      id: event.id,
      type: event.type,
      data: event.data,
      meta: event.meta,
      hash: event.hash,
      stream,
      revision,
      position,
    };
  }

  #failRead(): void {
    const error = this.#readFaultOf?.();
    if (error !== undefined) throw error;
  }
}
