import {
  EventStoreDbEventStore,
  PermanentStoreError,
  type DamagedRecord,
  type Position,
  type RecordedEvent,
} from '#event-store';
import { LEDGER_STREAM_PREFIXES } from '#identity';
import {
  type AccountHead,
  type StoreEnd,
  type EventHeader,
  type EventSource,
  type OnDamage,
  type AccountPartition,
  type Span,
  type StoredEvent,
  type StreamDamage,
} from './event-source.js';
import { StoreRefusedError, cannotCheckError } from './errors.js';

const EVENTS_PER_PAGE = 1_000;
const HEADS_PER_PAGE = 10_000;

/** Reads an EventStoreDB. Its positions are byte offsets: they can't be counted or split into spans. */
export class EventStoreDbSource implements EventSource {
  readonly kind = 'eventstoredb';
  readonly #store: EventStoreDbEventStore;

  constructor(url: string) {
    try {
      this.#store = new EventStoreDbEventStore(url, { streamPrefixes: LEDGER_STREAM_PREFIXES });
    } catch (error) {
      rethrow(error);
    }
  }

  async end(): Promise<StoreEnd> {
    const last = await this.#store.head().catch(rethrow);
    return { head: last, last };
  }

  spans(last: Position): readonly Span[] {
    return [{ after: null, upTo: last, events: null }];
  }

  async *headers({ upTo }: Span, onDamage?: OnDamage): AsyncIterable<readonly EventHeader[]> {
    yield* this.allEvents(upTo, onDamage);
  }

  partitions(): null {
    return null;
  }

  async *accountEvents(
    part: AccountPartition,
    upTo: Position,
    onDamage?: OnDamage,
  ): AsyncIterable<readonly StoredEvent[]> {
    if (part.kind === 'range')
      throw new Error('a bug: EventStoreDB must be given a list of accounts');
    for (const stream of part.streams) yield* this.#pagesOf(stream, upTo, onDamage);
  }

  streamEvents(stream: string, upTo: Position | null): AsyncIterable<readonly StoredEvent[]> {
    return this.#pagesOf(stream, upTo);
  }

  async *#pagesOf(
    stream: string,
    upTo: Position | null,
    onDamage?: OnDamage,
  ): AsyncIterable<readonly StoredEvent[]> {
    let page: StoredEvent[] = [];
    let isFirst = true;
    try {
      for await (const event of this.#store.readStream(stream)) {
        if (isFirst && event.revision > 0) onDamage?.(await this.#truncated(event));
        isFirst = false;
        if (upTo !== null && event.position > upTo) continue;
        page.push(toStoredEvent(event));
        if (page.length < EVENTS_PER_PAGE) continue;
        yield page;
        page = [];
      }
    } catch (error) {
      if (onDamage === undefined) rethrow(error);
      onDamage(streamDamageOf(stream, error) ?? rethrow(error));
    }
    if (page.length > 0) yield page;
  }

  async #truncated({ stream, revision, position }: RecordedEvent): Promise<StreamDamage> {
    const by = await this.#store.describeTruncation(stream).catch(rethrow);
    const detail = `it begins at revision ${revision}, its metadata says: ${by}`;
    return { kind: 'stream-truncated', stream, position, revision, detail };
  }

  async *allEvents(
    upTo: Position,
    onDamage: OnDamage = throwRefused,
  ): AsyncIterable<readonly StoredEvent[]> {
    for (let after: Position | null = null; ;) {
      const pending = this.#store.readAll(after, EVENTS_PER_PAGE);
      const { events, damaged = [], next, atHead } = await pending.catch(rethrow);
      for (const record of damaged) if (record.position <= upTo) onDamage(recordDamage(record));
      const page = events.filter(({ position }) => position <= upTo).map(toStoredEvent);
      if (page.length > 0) yield page;
      if (atHead || next === null || next > upTo) return;
      after = next;
    }
  }

  async *accountHeads(upTo: Position): AsyncIterable<readonly AccountHead[]> {
    const heads = new Map<string, AccountHead>();
    // A stream that was damaged later does not change the account as of that position.
    for await (const page of this.allEvents(upTo, () => {})) {
      for (const { stream, revision, hash } of page) heads.set(stream, { stream, revision, hash });
    }
    const sorted = [...heads.values()].sort((a, b) => (a.stream < b.stream ? -1 : 1));
    for (let at = 0; at < sorted.length; at += HEADS_PER_PAGE)
      yield sorted.slice(at, at + HEADS_PER_PAGE);
  }

  async close(): Promise<void> {
    await this.#store.close();
  }
}

/** Translates an error of the store's client. */
function rethrow(cause: unknown): never {
  throw cause instanceof PermanentStoreError
    ? new StoreRefusedError(cause.code, cause.message, { cause })
    : cannotCheckError("the event store can't be read", cause);
}

/** null: the error is not about this one stream. */
function streamDamageOf(stream: string, error: unknown): StreamDamage | null {
  if (!(error instanceof PermanentStoreError)) return null;
  const nowhere = { stream, position: null, revision: null, detail: error.message };
  switch (error.code) {
    case 'stream-deleted':
    case 'stream-truncated':
      return { kind: error.code, ...nowhere };
    case 'broken-order':
      return { kind: 'unreadable', ...nowhere };
    default:
      return null;
  }
}

const recordDamage = ({
  code,
  stream,
  position,
  revision,
  detail,
}: DamagedRecord): StreamDamage => ({
  kind: code === 'stream-deleted' ? code : 'unreadable',
  stream,
  position,
  revision,
  detail,
});

function throwRefused({ kind, detail }: StreamDamage): never {
  throw new StoreRefusedError(kind, detail);
}

const toStoredEvent = (event: RecordedEvent): StoredEvent => ({
  ...event,
  hash: Buffer.from(event.hash).toString('hex'),
});
