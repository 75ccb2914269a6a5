import { refuseTooLarge } from '../append-size.js';
import type {
  AppendResult,
  BatchSink,
  EncodedEvent,
  EventStore,
  NonEmpty,
  Position,
  ReadOptions,
  RecordedEvent,
} from '../port.js';
import { refuseMalformed } from '../refuse-malformed.js';
import { settledWithin } from '../wait.js';
import { positions } from './append-call.js';
import { CommitHints } from './commit-hints.js';
import { follow, persistently } from './following.js';
import { GroupCommit } from './group-commit.js';
import { DEFAULTS, type PostgresObserver, type PostgresOptions, type Settings } from './options.js';
import type { PostgresPools } from './pools.js';
import { head, readAll, readStream } from './reading.js';
import { whoseIds } from './whose-ids.js';

/** Takes over the pools: closing the store ends them. The schema must be there: migrateEventStore. */
export class PostgresEventStore implements EventStore {
  readonly #settings: Settings;
  readonly #commits: GroupCommit;
  readonly #hints: CommitHints;
  readonly #closed = new AbortController();
  readonly #following = new Set<Promise<void>>();
  #ended: Promise<void> | null = null;

  constructor(
    private readonly pools: PostgresPools,
    options: PostgresOptions = {},
    private readonly observer: PostgresObserver = {},
  ) {
    this.#settings = { ...DEFAULTS, ...options };
    this.#commits = new GroupCommit(pools.append, this.#settings, observer);
    this.#hints = new CommitHints(pools.listener, this.#settings, observer);
  }

  async append(
    stream: string,
    expected: number,
    events: NonEmpty<EncodedEvent>,
  ): Promise<AppendResult> {
    refuseTooLarge(stream, events);
    refuseMalformed(stream, events);
    const append = { stream, expected, events };
    const answer = await this.#commits.append(append);
    return answer.kind === 'same-ids' ? whoseIds(this.pools.read, append, answer) : answer;
  }

  readStream(stream: string, options: ReadOptions = {}): AsyncIterable<RecordedEvent> {
    return readStream(this.pools.read, stream, options);
  }

  async readAll(after: Position | null, limit: number): ReturnType<EventStore['readAll']> {
    return readAll(this.pools.read, after, limit);
  }

  async follow(after: Position | null, sink: BatchSink, signal: AbortSignal): Promise<void> {
    positions.parse(after);
    const until = AbortSignal.any([signal, this.#closed.signal]);
    const persist = persistently(this.#settings, this.observer, until);
    const leave = this.#hints.join();
    const done = follow(this.pools.read, this.#hints, persist, after, sink, until).finally(leave);
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

  async close(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    this.#closed.abort();
    await settledWithin(this.#settings.closeMsMax, Promise.allSettled(this.#following));
    await this.#commits.close();
    await settledWithin(this.#settings.closeMsMax, this.#hints.ended());
    await Promise.all([this.pools.append.end(), this.pools.read.end()]);
  }
}
