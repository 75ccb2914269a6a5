import type { Position } from '#event-store';
import type {
  AccountHead,
  AccountPartition,
  EventHeader,
  EventSource,
  OnDamage,
  Span,
  StoreEnd,
  StoredEvent,
  StreamDamage,
} from '../store/event-source.js';

export interface MemoryEventSourceOptions {
  /** Where the store says that it ends; without it, at its last event. */
  readonly head?: Position | null;
  /** Whether positions count events, as in Postgres, or not, as in EventStoreDB. */
  readonly countsPositions?: boolean;
  /** Whole streams that were damaged by the store's own means. */
  readonly damaged?: readonly StreamDamage[];
  readonly eventsPerSpan?: number;
}

/** A store whose events a spec can change at will. It gives its pages in small pieces. */
export class MemoryEventSource implements EventSource {
  readonly kind = 'postgres';

  constructor(
    private readonly events: StoredEvent[],
    private readonly options: MemoryEventSourceOptions = {},
  ) {}

  async end(): Promise<StoreEnd> {
    const last = this.#byPosition().at(-1)?.position ?? null;
    const { head = last } = this.options;
    return { head, last };
  }

  spans(last: Position): readonly Span[] {
    if (this.options.countsPositions === false) return [{ after: null, upTo: last, events: null }];
    const { eventsPerSpan = 65_536 } = this.options;
    const count = numberOf(last);
    return Array.from({ length: Math.ceil(count / eventsPerSpan) }, (_, index) => {
      const after = index * eventsPerSpan;
      const upTo = Math.min(after + eventsPerSpan, count);
      return { after: memoryPosition(after), upTo: memoryPosition(upTo), events: upTo - after };
    });
  }

  async *headers(
    { after, upTo }: Span,
    onDamage?: OnDamage,
  ): AsyncIterable<readonly EventHeader[]> {
    for (const damage of this.options.damaged ?? []) onDamage?.(damage);
    const inSpan = this.#byPosition().filter(
      ({ position }) => position <= upTo && (after === null || position > after),
    );
    yield* inPages(inSpan);
  }

  partitions(): readonly AccountPartition[] | null {
    if (this.options.countsPositions === false) return null;
    return [
      { kind: 'range', from: '', to: 'points-8' },
      { kind: 'range', from: 'points-8', to: null },
    ];
  }

  async *accountEvents(
    partition: AccountPartition,
    upTo: Position,
    onDamage?: OnDamage,
  ): AsyncIterable<readonly StoredEvent[]> {
    for (const damage of this.options.damaged ?? []) onDamage?.(damage);
    const isInPartition = ({ stream }: StoredEvent): boolean =>
      partition.kind === 'list'
        ? partition.streams.includes(stream)
        : stream > partition.from && (partition.to === null || stream < partition.to);
    const found = this.#byStream().filter(
      (event) => event.position <= upTo && isInPartition(event),
    );
    yield* inPages(found);
  }

  async *streamEvents(
    stream: string,
    upTo: Position | null,
  ): AsyncIterable<readonly StoredEvent[]> {
    yield* inPages(
      this.#byStream().filter(
        (event) => event.stream === stream && (upTo === null || event.position <= upTo),
      ),
    );
  }

  async *allEvents(upTo: Position): AsyncIterable<readonly StoredEvent[]> {
    yield* inPages(this.#byPosition().filter(({ position }) => position <= upTo));
  }

  async *accountHeads(upTo: Position): AsyncIterable<readonly AccountHead[]> {
    const heads = new Map<string, AccountHead>();
    for (const event of this.#byStream()) {
      if (event.position > upTo) continue;
      const { stream, revision, hash } = event;
      heads.set(stream, { stream, revision, hash });
    }
    yield* inPages([...heads.values()]);
  }

  async close(): Promise<void> {}

  #byPosition(): readonly StoredEvent[] {
    return [...this.events].sort((a, b) => (a.position < b.position ? -1 : 1));
  }

  #byStream(): readonly StoredEvent[] {
    return [...this.events].sort((a, b) =>
      a.stream === b.stream ? a.revision - b.revision : a.stream < b.stream ? -1 : 1,
    );
  }
}

const EVENTS_PER_PAGE = 5;

function* inPages<T>(items: readonly T[]): Iterable<readonly T[]> {
  for (let start = 0; start < items.length; start += EVENTS_PER_PAGE) {
    yield items.slice(start, start + EVENTS_PER_PAGE);
  }
}

export const memoryPosition = (number: number): Position =>
  `postgres:${String(number).padStart(16, '0')}` as Position;

const numberOf = (position: Position): number => Number(position.split(':')[1]);
