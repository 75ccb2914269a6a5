import { once } from 'node:events';
import type {
  AppendResult,
  EventBatchSink,
  EncodedEvent,
  EventStore,
  NonEmpty,
  Position,
  RecordedEvent,
} from '#event-store';

const FIELDS = ['stream', 'id', 'type', 'data', 'meta', 'position'] as const;
const LENGTH_BYTES = 4;
const BLOCK_BYTES = 2 ** 24;
const FOLLOW_EVENTS_MAX = 500;
const HASH = new Uint8Array(32);

/** Packs an event into bytes: its revision, and each field after its length. */
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
 * A test double that stores events as bytes and decodes them on each read, as an adapter does. As
 * objects they would cause more garbage collection than the projector. Appends are not checked.
 */
export class PackedEventStore implements EventStore {
  readonly #blocks: Buffer[] = [];
  /** The offset of each event, counted through all blocks. */
  readonly #starts: number[] = [];
  #end = 0;

  append(stream: string, expected: number, events: NonEmpty<EncodedEvent>): Promise<AppendResult> {
    let revision = expected;
    for (const event of events) {
      revision += 1;
      const position = positionOf(this.#starts.length + 1);
      this.#add(packed({ ...event, stream, revision, position }));
    }
    return Promise.resolve({ kind: 'ok', revision, position: null });
  }

  #add(event: Buffer): void {
    const freeBytes = this.#blocks.length * BLOCK_BYTES - this.#end;
    if (event.length > freeBytes) {
      this.#end = this.#blocks.length * BLOCK_BYTES;
      this.#blocks.push(Buffer.alloc(BLOCK_BYTES));
    }
    event.copy(this.#blocks.at(-1) ?? event, this.#end % BLOCK_BYTES);
    this.#starts.push(this.#end);
    this.#end += event.length;
  }

  readAll(after: Position | null, limit: number): ReturnType<EventStore['readAll']> {
    const from = after === null ? 0 : Number(after.slice(after.indexOf(':') + 1));
    const events = this.#starts.slice(from, from + limit).map((start) => this.#at(start));
    const next = events.at(-1)?.position ?? after;
    return Promise.resolve({ events, next, atHead: from + limit >= this.#starts.length });
  }

  #at(start: number): RecordedEvent {
    const block = this.#blocks[Math.floor(start / BLOCK_BYTES)];
    if (block === undefined) throw new RangeError(`there is no event at byte ${start}`);
    return unpacked(block, start % BLOCK_BYTES);
  }

  async follow(after: Position | null, sink: EventBatchSink, signal: AbortSignal): Promise<void> {
    for (let from = after; !signal.aborted;) {
      const { events, next } = await this.readAll(from, FOLLOW_EVENTS_MAX);
      if (events.length === 0 || next === null) await once(signal, 'abort');
      else await sink({ events, next });
      from = next;
    }
  }

  isPosition(text: string): text is Position {
    return /^packed:\d{16}$/.test(text);
  }

  head(): Promise<Position | null> {
    const count = this.#starts.length;
    return Promise.resolve(count === 0 ? null : positionOf(count));
  }

  timeOfDay(): Promise<number> {
    return Promise.resolve(Date.now());
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  readStream(): never {
    throw new Error('packed events are only read in order of position');
  }
}

const positionOf = (place: number): Position =>
  `packed:${String(place).padStart(16, '0')}` as Position;
