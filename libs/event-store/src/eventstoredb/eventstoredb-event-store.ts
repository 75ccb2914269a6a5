import type {
  AppendResult,
  EventBatchSink,
  EncodedEvent,
  EventStore,
  NonEmpty,
  Position,
  ReadOptions,
  RecordedEvent,
} from '../port.js';
import { AllReader } from './all-reader.js';
import { Appender } from './appender.js';
import { Clients } from './clients.js';
import { parseConnectionString, UNSENT_CREDENTIALS } from './connection-string.js';
import { isPosition } from './esdb-position.js';
import { Follower } from './follower.js';
import { describeTruncation } from './truncated-stream.js';
import {
  DEFAULT_EVENTSTOREDB_OPTIONS,
  type EventStoreDbObserver,
  type EventStoreDbOptions,
  type ResolvedEventStoreDbOptions,
} from './options.js';
import { readServerClock } from './server-clock.js';
import type { Session } from './session.js';
import { StreamNames } from './stream-names.js';
import { readStream } from './stream-reader.js';

/** An event store on EventStoreDB or a cluster of it, over its client 6.2.1. */
export class EventStoreDbEventStore implements EventStore {
  readonly #options: ResolvedEventStoreDbOptions;
  readonly #session: Session;
  readonly #appender: Appender;
  readonly #all: AllReader;
  readonly #closed = new AbortController();
  readonly #followers = new Set<Promise<void>>();

  constructor(
    connectionString: string,
    options: EventStoreDbOptions = {},
    private readonly observer: EventStoreDbObserver = {},
  ) {
    const connection = parseConnectionString(connectionString);
    this.#options = { ...DEFAULT_EVENTSTOREDB_OPTIONS, ...options };
    const { streamPrefixes, deadlineMs, clock } = this.#options;
    this.#session = {
      clients: new Clients(connection, (cause) => observer.clientReplaced?.(cause), clock),
      credentials: connection.credentials ?? UNSENT_CREDENTIALS,
      deadlineMs,
      clock,
      names: new StreamNames(connection.streamPrefix, streamPrefixes),
    };
    this.#appender = new Appender(this.#session, this.#options, observer, this.#closed.signal);
    this.#all = new AllReader(this.#session);
  }

  append(stream: string, expected: number, events: NonEmpty<EncodedEvent>): Promise<AppendResult> {
    return this.#appender.append({ stream, expected, events });
  }

  async *readStream(stream: string, options: ReadOptions = {}): AsyncIterable<RecordedEvent> {
    this.#assertOpen();
    yield* readStream(this.#session, stream, options);
  }

  /** Describes which events the metadata of a stream hides, for the investigation of damage. */
  describeTruncation(stream: string): Promise<string> {
    return describeTruncation(this.#session, stream);
  }

  async readAll(after: Position | null, limit: number): ReturnType<EventStore['readAll']> {
    this.#assertOpen();
    return this.#all.page(after, limit);
  }

  async follow(after: Position | null, sink: EventBatchSink, signal: AbortSignal): Promise<void> {
    const follower = new Follower(this.#session, this.#all, this.#options, this.observer, after);
    const done = follower.run(sink, AbortSignal.any([signal, this.#closed.signal]));
    const settled = done.catch(() => {}).finally(() => this.#followers.delete(settled));
    this.#followers.add(settled);
    return done;
  }

  isPosition(text: string): text is Position {
    return isPosition(text);
  }

  async head(): Promise<Position | null> {
    this.#assertOpen();
    return this.#all.head();
  }

  async timeOfDay(): Promise<number> {
    this.#assertOpen();
    return readServerClock(this.#session);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.all(this.#followers);
    await this.#session.clients.close(this.#session.deadlineMs);
  }

  #assertOpen(): void {
    if (this.#closed.signal.aborted) throw new Error('the store is closed');
  }
}
