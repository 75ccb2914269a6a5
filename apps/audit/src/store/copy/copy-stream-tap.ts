import type { Duplex } from 'node:stream';
import { mayLend } from './reused-buffer-socket.js';

const HEAD_BYTES = 5;
const TYPE_BYTES = 1;
const COPY_DATA = 'd'.charCodeAt(0);
const READY_FOR_QUERY = 'Z'.charCodeAt(0);

/** Who is given what a COPY sends. */
export interface Taker {
  /** What one message holds. The bytes are good for this call. */
  take(bytes: Buffer, start: number, end: number): void;
  /** All of it that is there for now was given. */
  pause(): void;
}

type Listener = (chunk: Buffer) => void;

const NOTHING = Buffer.alloc(0);
/** No message of a server is larger. */
const MESSAGE_BYTES_MAX = 2 ** 30;

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
  /** Room for a message that is not whole yet, and how much of it is there. */
  #cutOff: Buffer = NOTHING;
  #cutOffBytes = 0;

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
    mayLend(stream);
    stream.off('data', client).on('data', (chunk: Buffer) => this.#receive(chunk));
  }

  /** All data from here on, until the server is ready for another query. */
  giveTo(taker: Taker): void {
    this.#taker = taker;
  }

  #receive(chunk: Buffer): void {
    let at = 0;
    while (this.#cutOffBytes > 0) {
      // No more of the chunk than belongs to it: what follows is read where it stands.
      const copied = chunk.copy(this.#cutOff, this.#cutOffBytes, at);
      at += copied;
      this.#cutOffBytes += copied;
      if (this.#cutOffBytes < this.#cutOff.length) return;
      const message = this.#cutOff;
      const end = endOf(message, 0);
      if (end > message.length) {
        if (!this.#keep(message, end)) return;
        continue;
      }
      this.#keep(NOTHING, 0);
      if (!this.#pass(message, 0, end)) return;
    }
    let end = endOf(chunk, at);
    for (; end <= chunk.length; end = endOf(chunk, at)) {
      if (!this.#pass(chunk, at, end)) return;
      at = end;
    }
    if (this.#keep(chunk.subarray(at), end - at)) this.#taker?.pause();
  }

  /** Whether there is more to come of the connection. */
  #keep(beginning: Buffer, bytes: number): boolean {
    if (bytes > MESSAGE_BYTES_MAX) {
      return this.#fail(new Error(`the server says that a message of ${bytes} bytes comes`));
    }
    this.#cutOffBytes = beginning.length;
    this.#cutOff = beginning.length === 0 ? NOTHING : Buffer.allocUnsafe(bytes);
    beginning.copy(this.#cutOff);
    return true;
  }

  /** The client tells its queries why. */
  #fail(error: Error): false {
    this.stream.destroy(error);
    return false;
  }

  /** Whether there is more to come of the connection. */
  #pass(bytes: Buffer, at: number, end: number): boolean {
    if (bytes[at] === COPY_DATA && this.#taker !== null) {
      try {
        this.#taker.take(bytes, at + HEAD_BYTES, end);
        return true;
      } catch (error) {
        return this.#fail(error instanceof Error ? error : new Error(String(error)));
      }
    }
    this.#taker?.pause();
    if (bytes[at] === READY_FOR_QUERY) this.#taker = null;
    // A copy of its own: the bytes may be lent, and it keeps them for as long as it likes.
    this.#client(Buffer.from(bytes.subarray(at, end)));
    return true;
  }
}

/** Behind the message that begins there; as far as its head where that is not whole. */
function endOf(bytes: Buffer, at: number): number {
  const head = at + HEAD_BYTES;
  return head > bytes.length ? head : at + TYPE_BYTES + bytes.readUInt32BE(at + TYPE_BYTES);
}
