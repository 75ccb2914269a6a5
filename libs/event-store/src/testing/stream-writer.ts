import { expect } from '@jest/globals';
import { CHAIN_START, chainHash } from '#identity';
import { seededRandom as diceOf } from '#testing';
import { randomUUID } from 'node:crypto';
import {
  type DamagedRecord,
  type EncodedEvent,
  type EventStore,
  type NonEmpty,
  type Position,
  type RecordedEvent,
} from '../index.js';

export type OpenStore = () => Promise<EventStore>;

export interface StoreCapabilities {
  /** Whether an event id of another stream is a PermanentStoreError. EventStoreDB can't detect it. */
  readonly detectsReusedIds: boolean;
  /** Damages a stream as another program would. Absent when that is impossible. */
  readonly damage?: Damage;
}

export interface Damage {
  tombstone(stream: string): Promise<void>;
  /** Writes a record that is not an event at the next revision. */
  writeForeign(stream: string): Promise<void>;
}

/** A new stream name, because the storage may be shared with other tests. */
export const newStream = () => `points-${randomUUID()}`;

/** The state of a writer of one stream: its revision and last hash. */
export class StreamWriter {
  revision = -1;
  hash: Uint8Array = CHAIN_START;

  constructor(readonly stream: string = newStream()) {}

  /** Encodes events that follow the last one passed to `wrote`. */
  next(count = 1, data: (i: number) => string = plain): NonEmpty<EncodedEvent> {
    const events: EncodedEvent[] = [];
    let before = this.hash;
    for (let i = 0; i < count; i += 1) {
      const event = {
        id: randomUUID(),
        type: 'PointsRecharged',
        data: data(this.revision + 1 + i),
        meta: '{"v":1}',
      };
      const revision = this.revision + 1 + i;
      before = chainHash(before, { ...event, stream: this.stream, revision });
      events.push({ ...event, hash: before });
    }
    return nonEmpty(events);
  }

  advance(events: NonEmpty<EncodedEvent>): void {
    this.revision += events.length;
    this.hash = events.at(-1)?.hash ?? this.hash;
  }

  /** Appends, and fails the test unless it succeeds. */
  async append(store: EventStore, count = 1, data?: (i: number) => string) {
    const events = this.next(count, data);
    const result = await store.append(this.stream, this.revision, events);
    expect(result).toMatchObject({ kind: 'ok' });
    this.advance(events);
    return events;
  }
}

/** The contents of `events` under the ids of other events, as the first events of a stream. */
export function rechained(
  stream: string,
  events: NonEmpty<EncodedEvent>,
  ids: readonly { readonly id: string }[],
): NonEmpty<EncodedEvent> {
  let before = CHAIN_START;
  const renamed = events.map((event, revision) => {
    const id = ids[revision]?.id ?? event.id;
    before = chainHash(before, { ...event, id, stream, revision });
    return { ...event, id, hash: before };
  });
  return nonEmpty(renamed);
}

const plain = (i: number) => JSON.stringify({ points: i });

export function nonEmpty<T>(items: readonly T[]): NonEmpty<T> {
  const [first, ...rest] = items;
  if (first === undefined) throw new Error('no events');
  return [first, ...rest];
}

export async function collect(events: AsyncIterable<RecordedEvent>): Promise<RecordedEvent[]> {
  const read: RecordedEvent[] = [];
  for await (const event of events) read.push(event);
  return read;
}

export const revisionsOf = (events: readonly RecordedEvent[]) => events.map((e) => e.revision);
export const idsOf = (events: readonly { readonly id: string }[]) => events.map((e) => e.id);

/** Reads everything after a position, page by page. */
export async function readAllPages(
  store: EventStore,
  after: Position | null,
  limit = 100,
): Promise<RecordedEvent[]> {
  const read: RecordedEvent[] = [];
  for (let from = after; ;) {
    const page = await store.readAll(from, limit);
    read.push(...page.events);
    from = page.next;
    if (page.atHead) return read;
  }
}

/** Reads a stream and checks that it has no gap and that its chain verifies. */
export async function readVerified(store: EventStore, stream: string): Promise<RecordedEvent[]> {
  const events = await collect(store.readStream(stream));
  let before = CHAIN_START;
  for (const [i, event] of events.entries()) {
    expect(event.revision).toBe(i);
    expect(event.stream).toBe(stream);
    before = chainHash(before, event);
    expect(Buffer.from(event.hash).toString('hex')).toBe(Buffer.from(before).toString('hex'));
  }
  return events;
}

/** Follows until aborted, and collects the events in order. */
export function startFollowing(store: EventStore, after: Position | null, stream: RegExp | string) {
  const stop = new AbortController();
  const events: RecordedEvent[] = [];
  const damaged: DamagedRecord[] = [];
  const nexts: Position[] = [];
  const isWanted = (name: string): boolean =>
    typeof stream === 'string' ? name === stream : stream.test(name);
  const done = store.follow(
    after,
    async (batch) => {
      events.push(...batch.events.filter((event) => isWanted(event.stream)));
      damaged.push(...(batch.damaged ?? []).filter((record) => isWanted(record.stream)));
      nexts.push(batch.next);
    },
    stop.signal,
  );
  const end = async () => {
    stop.abort();
    await done;
  };
  return { events, damaged, nexts, done, end, stop };
}

export { eventuallyHolds as eventually } from '#testing';

/** A seeded random number generator: the same seed gives the same run. */
export const seededNumbers = (seed: number): (() => number) => diceOf(seed).next;
