import type { Duplex } from 'node:stream';

const HEAD_BYTES = 5;
const TYPE_BYTES = 1;
const COPY_DATA = 'd'.charCodeAt(0);
const READY_FOR_QUERY = 'Z'.charCodeAt(0);

/** Who is given what a COPY sends. */
export interface Taker {
  /** What one message holds. The bytes may be kept. */
  take(bytes: Buffer, start: number, end: number): void;
  /** All of it that is there for now was given. */
  pause(): void;
}

type Listener = (chunk: Buffer) => void;

/**
 * What a server sends, message by message: the data of a COPY where the socket left them, all else to
 * the client, which would make a message of each row and have it go through four hands, for a quarter
 * of all that it costs to receive one. From the first copy on it listens for as long as the connection
 * lasts, for messages are cut anywhere, and the server may say something between two queries.
 */
export class Wire {
  static readonly #known = new WeakMap<Duplex, Wire>();
  readonly #client: Listener;
  #taker: Taker | null = null;
  /** Of a message that is not whole yet, and how many bytes there must be before it can be. */
  #cutOff: Buffer[] = [];
  #cutOffBytes = 0;
  #neededBytes = HEAD_BYTES;

  static of(stream: Duplex): Wire {
    const known = this.#known.get(stream) ?? new Wire(stream);
    this.#known.set(stream, known);
    return known;
  }

  private constructor(private readonly stream: Duplex) {
    const [client, ...others] = stream.listeners('data') as (Listener | undefined)[];
    if (client === undefined || others.length > 0) {
      throw new Error('a bug: a connection of pg is listened to by its client alone');
    }
    this.#client = client;
    stream.off('data', client).on('data', (chunk: Buffer) => this.#receive(chunk));
  }

  /** All data from here on, until the server is ready for another query. */
  giveTo(taker: Taker): void {
    this.#taker = taker;
  }

  #receive(chunk: Buffer): void {
    this.#cutOff.push(chunk);
    this.#cutOffBytes += chunk.length;
    if (this.#cutOffBytes < this.#neededBytes) return;
    const bytes = this.#cutOff.length === 1 ? chunk : Buffer.concat(this.#cutOff);
    let at = 0;
    let end = endOf(bytes, at);
    for (; end <= bytes.length; end = endOf(bytes, at)) {
      if (!this.#pass(bytes, at, end)) return;
      at = end;
    }
    this.#cutOff = at === bytes.length ? [] : [bytes.subarray(at)];
    this.#cutOffBytes = bytes.length - at;
    this.#neededBytes = end - at;
    this.#taker?.pause();
  }

  /** Whether there is more to come of the connection. */
  #pass(bytes: Buffer, at: number, end: number): boolean {
    if (bytes[at] === COPY_DATA && this.#taker !== null) {
      try {
        this.#taker.take(bytes, at + HEAD_BYTES, end);
        return true;
      } catch (error) {
        // The client tells its queries why.
        this.stream.destroy(error instanceof Error ? error : new Error(String(error)));
        return false;
      }
    }
    this.#taker?.pause();
    if (bytes[at] === READY_FOR_QUERY) this.#taker = null;
    this.#client(bytes.subarray(at, end));
    return true;
  }
}

/** Behind the message that begins there; as far as its head where that is not whole. */
function endOf(bytes: Buffer, at: number): number {
  const head = at + HEAD_BYTES;
  return head > bytes.length ? head : at + TYPE_BYTES + bytes.readUInt32BE(at + TYPE_BYTES);
}
