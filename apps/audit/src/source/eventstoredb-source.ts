import {
  EventStoreDbEventStore,
  PermanentStoreError,
  type Position,
  type RecordedEvent,
} from '#event-store';
import {
  storedEvent,
  type AccountHead,
  type Edges,
  type EventMark,
  type EventSource,
  type Part,
  type Span,
  type StoredEvent,
} from './event-source.js';
import { StoreRefused, cannot } from '../trouble.js';

const PAGE_EVENTS = 1_000;
const HEADS_PAGE = 10_000;
/** Whatever else a cluster keeps, the ledger's streams begin with it. */
const STREAM_PREFIX = 'points-';

/** Positions are byte offsets here: by position there is one way through, and no counting. */
export class EventStoreDbSource implements EventSource {
  readonly kind = 'eventstoredb';
  readonly #store: EventStoreDbEventStore;

  constructor(url: string) {
    try {
      this.#store = new EventStoreDbEventStore(url, { streamPrefix: STREAM_PREFIX });
    } catch (error) {
      retold(error);
    }
  }

  async edges(): Promise<Edges> {
    const last = await this.#store.head().catch(retold);
    return { head: last, last };
  }

  spans(last: Position): readonly Span[] {
    return [{ after: null, upTo: last, events: null }];
  }

  async *marks({ upTo }: Span): AsyncIterable<readonly EventMark[]> {
    yield* this.everything(upTo);
  }

  parts(): null {
    return null;
  }

  async *accounts(part: Part, upTo: Position): AsyncIterable<readonly StoredEvent[]> {
    if (part.kind === 'range') throw new Error('a bug: this store is told which accounts');
    for (const stream of part.streams) yield* this.stream(stream, upTo);
  }

  async *stream(stream: string, upTo: Position | null): AsyncIterable<readonly StoredEvent[]> {
    let page: StoredEvent[] = [];
    try {
      for await (const event of this.#store.readStream(stream)) {
        if (upTo !== null && event.position > upTo) continue;
        page.push(stored(event));
        if (page.length < PAGE_EVENTS) continue;
        yield page;
        page = [];
      }
    } catch (error) {
      retold(error);
    }
    if (page.length > 0) yield page;
  }

  async *everything(upTo: Position): AsyncIterable<readonly StoredEvent[]> {
    for (let after: Position | null = null; ;) {
      const asked = this.#store.readAll(after, PAGE_EVENTS);
      const { events, damaged = [], next, atHead } = await asked.catch(retold);
      const first = damaged.find(({ position }) => position <= upTo);
      if (first !== undefined) throw new StoreRefused(first.code, first.detail);
      const page = events.filter(({ position }) => position <= upTo).map(stored);
      if (page.length > 0) yield page;
      if (atHead || page.length < events.length || next === null) return;
      after = next;
    }
  }

  async *accountHeads(upTo: Position): AsyncIterable<readonly AccountHead[]> {
    const heads = new Map<string, AccountHead>();
    for await (const page of this.everything(upTo)) {
      for (const { stream, revision, hash } of page) heads.set(stream, { stream, revision, hash });
    }
    const sorted = [...heads.values()].sort((a, b) => (a.stream < b.stream ? -1 : 1));
    for (let at = 0; at < sorted.length; at += HEADS_PAGE) yield sorted.slice(at, at + HEADS_PAGE);
  }

  async close(): Promise<void> {
    await this.#store.close();
  }
}

/** Throws it in words of ours. */
function retold(cause: unknown): never {
  throw cause instanceof PermanentStoreError
    ? new StoreRefused(cause.code, cause.message, { cause })
    : cannot("the event store can't be read", cause);
}

const stored = (event: RecordedEvent): StoredEvent =>
  storedEvent({ ...event, hash: Buffer.from(event.hash).toString('hex') });
