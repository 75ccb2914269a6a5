import { once } from 'node:events';
import type { BatchSink, EventStore, Position, RecordedEvent } from '#event-store';

const FIELDS = ['stream', 'id', 'type', 'data', 'meta', 'position'] as const;
const LENGTH_BYTES = 4;
const FOLLOW_EVENTS_MAX = 500;
const HASH = new Uint8Array(32);

/** An event as one run of bytes: its revision, and each field behind its length. */
function packed(event: RecordedEvent): Buffer {
  const parts = FIELDS.flatMap((field) => {
    const text = Buffer.from(event[field]);
    return [lengthOf(text.length), text];
  });
  return Buffer.concat([lengthOf(event.revision), ...parts]);
}

function lengthOf(value: number): Buffer {
  const bytes = Buffer.alloc(LENGTH_BYTES);
  bytes.writeUInt32LE(value);
  return bytes;
}

function unpacked(bytes: Buffer, from: number): RecordedEvent {
  let at = from + LENGTH_BYTES;
  const next = (): string => {
    const end = at + LENGTH_BYTES + bytes.readUInt32LE(at);
    const text = bytes.toString('utf8', at + LENGTH_BYTES, end);
    at = end;
    return text;
  };
  const revision = bytes.readUInt32LE(from);
  const [stream, id, type, data, meta] = [next(), next(), next(), next(), next()];
  return { stream, id, type, data, meta, revision, position: next() as Position, hash: HASH };
}

/**
 * The events of another store as bytes, made anew at each reading as an adapter makes them. As
 * objects they would have kept the collector busier than the projector does.
 */
export class PackedStore implements EventStore {
  readonly #bytes: Buffer;
  /** Where each event begins. */
  readonly #starts: readonly number[];

  private constructor(events: readonly Buffer[]) {
    let at = 0;
    this.#starts = events.map((event) => (at += event.length) - event.length);
    this.#bytes = Buffer.concat(events);
  }

  static async of(store: EventStore): Promise<PackedStore> {
    const events: Buffer[] = [];
    for (let after: Position | null = null, isLast = false; !isLast;) {
      const page = await store.readAll(after, FOLLOW_EVENTS_MAX);
      for (const event of page.events) events.push(packed(event));
      after = page.next;
      isLast = page.atHead;
    }
    return new PackedStore(events);
  }

  readAll(after: Position | null, limit: number): ReturnType<EventStore['readAll']> {
    const from = after === null ? 0 : Number(after.slice(after.indexOf(':') + 1));
    const starts = this.#starts.slice(from, from + limit);
    const events = starts.map((start) => unpacked(this.#bytes, start));
    const next = events.at(-1)?.position ?? after;
    return Promise.resolve({ events, next, atHead: from + limit >= this.#starts.length });
  }

  async follow(after: Position | null, sink: BatchSink, signal: AbortSignal): Promise<void> {
    for (let from = after; !signal.aborted;) {
      const { events, next } = await this.readAll(from, FOLLOW_EVENTS_MAX);
      if (events.length === 0 || next === null) await once(signal, 'abort');
      else await sink({ events, next });
      from = next;
    }
  }

  head(): Promise<Position | null> {
    const last = this.#starts.at(-1);
    return Promise.resolve(last === undefined ? null : unpacked(this.#bytes, last).position);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  append(): never {
    throw new Error('packed events are only read');
  }

  readStream(): never {
    throw new Error('packed events are only read in order of position');
  }
}
