import type { Semaphore } from '#async';
import type { IncomingMessage } from '../ports.js';
import { codecName } from '../compression/decompress.js';
import type { FetchedBatch } from './fetch-response.js';
import { decompressBatch, type DecompressLimits } from './decompress-batch.js';
import { hasNothingToRead, type RecordBatch } from './record-batch.js';
import { NO_TIMESTAMP, type KafkaRecord, type RecordReader } from './record-reader.js';

/** With so many bytes decompressed, messages have to be taken before the next batch is. */
const DECOMPRESSED_AHEAD_BYTES_MAX = 4 * 1024 * 1024;

/** Its bytes stay in memory until the last of its messages is taken. */
interface DecompressedBatch {
  readonly records: RecordReader;
  readonly bytes: number;
  messagesLeft: number;
  isRead: boolean;
}

interface QueuedMessage {
  readonly message: IncomingMessage;
  readonly batch: DecompressedBatch | null;
}

export interface FetchPosition {
  readonly topic: string;
  readonly partition: number;
  /** A batch is always fetched whole: messages before this offset were handled earlier. */
  readonly fetchedOffset: bigint;
}

/** The messages of one fetch. Batches are decompressed as messages are taken, never all at once. */
export class FetchedMessages {
  #queue: QueuedMessage[] = [];
  #reading: DecompressedBatch | null = null;
  #next = 0;
  #bytesInUse = 0;

  constructor(
    private readonly position: FetchPosition,
    private readonly batches: readonly FetchedBatch[],
    private readonly limits: DecompressLimits,
    private readonly budget: Semaphore,
  ) {}

  /** The offset of the first message; null: there is none. */
  get firstOffset(): bigint | null {
    const [first] = this.batches;
    if (first === undefined) return null;
    const { fetchedOffset } = this.position;
    if ('unreadable' in first || first.firstOffset < fetchedOffset) return fetchedOffset;
    return first.firstOffset;
  }

  /** Why not even the lengths of the batches can be read; null: they can. */
  get unreadable(): string | null {
    const [first] = this.batches;
    return first !== undefined && 'unreadable' in first ? first.unreadable : null;
  }

  /** Whether there is no message left to take. */
  get isExhausted(): boolean {
    if (this.#queue.length > 0 || this.#reading?.records.isExhausted === false) return false;
    return this.batches
      .slice(this.#next)
      .every((batch) => !('unreadable' in batch) && hasNothingToRead(batch));
  }

  /** The next messages, up to `countMax` of them. They stay until they are taken. */
  async peek(countMax: number): Promise<readonly IncomingMessage[]> {
    while (this.#queue.length < countMax) {
      if (!this.#readNext() && !(await this.#decompressNext())) break;
    }
    return this.#queue.slice(0, countMax).map(({ message }) => message);
  }

  take(count: number): void {
    for (const { batch } of this.#queue.splice(0, count)) {
      if (batch === null) continue;
      batch.messagesLeft--;
      this.#releaseIfDone(batch);
    }
  }

  /** Frees the memory; no message is read any more. */
  close(): void {
    this.budget.release(this.#bytesInUse);
    this.#bytesInUse = 0;
    this.#queue = [];
    this.#reading = null;
    this.#next = this.batches.length;
  }

  #readNext(): boolean {
    const batch = this.#reading;
    if (batch === null) return false;
    const record = batch.records.next(this.position.fetchedOffset);
    if (record === null) {
      this.#reading = null;
      batch.isRead = true;
      this.#releaseIfDone(batch);
      return false;
    }
    batch.messagesLeft++;
    this.#queue.push({ message: this.#messageOf(record), batch });
    return true;
  }

  /** False: there is no further batch, or no memory for it yet. */
  async #decompressNext(): Promise<boolean> {
    const batch = this.batches[this.#next];
    if (batch === undefined || 'unreadable' in batch) return false;
    if (!(await this.#reserve(batch))) return false;
    this.#next++;
    if (hasNothingToRead(batch)) return true;
    const opened = await decompressBatch(batch, this.limits);
    const bytes = opened.kind === 'opened' ? opened.decompressedBytes : 0;
    if (batch.codec !== 0) this.#release(this.limits.batchBytesMax - bytes);
    if (opened.kind === 'opened') {
      this.#reading = { records: opened.records, bytes, messagesLeft: 0, isRead: false };
    } else {
      this.#queue.push({ message: this.#undecodable(batch, opened), batch: null });
    }
    return true;
  }

  /** A reader that holds memory never waits for more of it: two of them could wait for each other. */
  async #reserve(batch: RecordBatch): Promise<boolean> {
    if (batch.codec === 0 || hasNothingToRead(batch)) return true;
    if (this.#bytesInUse > DECOMPRESSED_AHEAD_BYTES_MAX) return false;
    const bytes = this.limits.batchBytesMax;
    if (this.#queue.length === 0) await this.budget.acquire({ permits: bytes });
    else if (!this.budget.tryAcquire(bytes)) return false;
    this.#bytesInUse += bytes;
    return true;
  }

  #releaseIfDone(batch: DecompressedBatch): void {
    if (batch.isRead && batch.messagesLeft === 0) this.#release(batch.bytes);
  }

  #release(bytes: number): void {
    this.#bytesInUse -= bytes;
    this.budget.release(bytes);
  }

  #messageOf({ offset, key, value, headers, timestampMs, fault }: KafkaRecord): IncomingMessage {
    const { topic, partition } = this.position;
    const message = { topic, partition, offset: String(offset), key, value, headers, timestampMs };
    return fault === null ? message : { ...message, fault };
  }

  #undecodable(
    batch: RecordBatch,
    { detail, isIntact }: { readonly detail: string; readonly isIntact: boolean },
  ): IncomingMessage {
    const { topic, partition, fetchedOffset } = this.position;
    const first = batch.firstOffset < fetchedOffset ? fetchedOffset : batch.firstOffset;
    return {
      topic,
      partition,
      offset: batch.offset,
      key: null,
      value: batch.bytes,
      headers: {},
      timestampMs: batch.appendedAtMs ?? NO_TIMESTAMP,
      fault: {
        kind: 'undecodable',
        detail,
        ...(!isIntact && { isWorthFetchingAgain: true as const }),
        batch: {
          firstOffset: String(first),
          codec: codecName(batch.codec),
          records: batch.recordCount,
        },
      },
    };
  }
}
