import { settledWithin } from '#async';
import { assertAppendSize } from '../append-size.js';
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
import { assertWellFormed } from '../assert-well-formed.js';
import { positions } from './append-call.js';
import { CommitNotifications } from './commit-notifications.js';
import { follow, rereadUntilAborted } from './follow.js';
import { GroupCommit } from './group-commit.js';
import {
  DEFAULT_POSTGRES_OPTIONS,
  type PostgresObserver,
  type PostgresOptions,
  type ResolvedPostgresOptions,
} from './options.js';
import type { PostgresPools } from './pools.js';
import { head, readAll, readStream, timeOfDay } from './read-queries.js';
import { resolveSameIds } from './resolve-same-ids.js';

/** The store owns the pools and ends them when it closes. The schema must exist (migrateEventStore). */
export class PostgresEventStore implements EventStore {
  readonly #options: ResolvedPostgresOptions;
  readonly #groupCommit: GroupCommit;
  readonly #notifications: CommitNotifications;
  readonly #closed = new AbortController();
  readonly #following = new Set<Promise<void>>();
  #ended: Promise<void> | null = null;

  constructor(
    private readonly pools: PostgresPools,
    options: PostgresOptions = {},
    private readonly observer: PostgresObserver = {},
  ) {
    this.#options = { ...DEFAULT_POSTGRES_OPTIONS, ...options };
    this.#groupCommit = new GroupCommit(pools.append, this.#options, observer);
    this.#notifications = new CommitNotifications(pools.listener, this.#options, observer);
  }

  async append(
    stream: string,
    expected: number,
    events: NonEmpty<EncodedEvent>,
  ): Promise<AppendResult> {
    assertAppendSize(stream, events);
    assertWellFormed(stream, events);
    const append = { stream, expected, events };
    const answer = await this.#groupCommit.append(append);
    return answer.kind === 'same-ids' ? resolveSameIds(this.pools.read, append, answer) : answer;
  }

  readStream(stream: string, options: ReadOptions = {}): AsyncIterable<RecordedEvent> {
    return readStream(this.pools.read, stream, options);
  }

  async readAll(after: Position | null, limit: number): ReturnType<EventStore['readAll']> {
    return readAll(this.pools.read, after, limit);
  }

  async follow(after: Position | null, sink: EventBatchSink, signal: AbortSignal): Promise<void> {
    positions.parse(after);
    const until = AbortSignal.any([signal, this.#closed.signal]);
    const reread = rereadUntilAborted(this.#options, this.observer, until);
    const unsubscribe = this.#notifications.subscribe();
    const done = follow(this.pools.read, this.#notifications, reread, after, sink, until).finally(
      unsubscribe,
    );
    this.#following.add(done);
    try {
      await done;
    } finally {
      this.#following.delete(done);
    }
  }

  isPosition(text: string): text is Position {
    return positions.is(text);
  }

  async head(): Promise<Position | null> {
    const position = await head(this.pools.read);
    return position === 0 ? null : positions.format(position);
  }

  timeOfDay(): Promise<number> {
    return timeOfDay(this.pools.read);
  }

  async close(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    this.#closed.abort();
    await settledWithin(Promise.allSettled(this.#following), this.#options.closeMsMax);
    await this.#groupCommit.close();
    await settledWithin(this.#notifications.disconnected(), this.#options.closeMsMax);
    await Promise.all([this.pools.append.end(), this.pools.read.end()]);
  }
}
