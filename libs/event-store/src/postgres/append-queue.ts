import { appendBytes } from '../append-size.js';
import type { Append, AppendAnswer } from './append-call.js';

/** An append whose caller waits for its answer. */
export interface QueuedAppend extends Append {
  readonly enqueuedAtMs: number;
  readonly settle: (answer: AppendAnswer) => void;
  readonly fail: (error: unknown) => void;
}

/** A batch smaller than this is not divided between concurrent calls. */
const UNDIVIDED_APPENDS_MAX = 32;

/**
 * Appends in the order of their arrival. Only one append of a stream is in flight at a time, so that
 * a repeat finds the committed first attempt, and appends of one stream never overtake each other.
 */
export class AppendQueue {
  #queued: QueuedAppend[] = [];
  readonly #inFlight = new Set<string>();

  get size(): number {
    return this.#queued.length;
  }

  add(append: QueuedAppend): void {
    this.#queued.push(append);
  }

  /** Takes a fair share of the queue as the next batch, so that concurrent batches are equally large. */
  take(concurrentBatches: number, appendsMax: number, bytesMax: number): QueuedAppend[] {
    const share = Math.ceil((this.size + this.#inFlight.size) / concurrentBatches);
    const max = Math.min(appendsMax, Math.max(UNDIVIDED_APPENDS_MAX, share));
    const taken: QueuedAppend[] = [];
    const left: QueuedAppend[] = [];
    let bytes = 0;
    let index = 0;
    for (; index < this.#queued.length && taken.length < max; index += 1) {
      const append = this.#queued[index];
      if (append === undefined) break;
      if (this.#inFlight.has(append.stream)) {
        left.push(append);
        continue;
      }
      bytes += appendBytes(append.events);
      if (bytes > bytesMax && taken.length > 0) break;
      this.#inFlight.add(append.stream);
      taken.push(append);
    }
    this.#queued = left.concat(this.#queued.slice(index));
    return taken;
  }

  /** Called when the batch was answered, so that further appends of its streams may be taken. */
  release(batch: readonly QueuedAppend[]): void {
    for (const { stream } of batch) this.#inFlight.delete(stream);
  }

  /** Removes and returns all queued appends. */
  drain(): QueuedAppend[] {
    return this.#queued.splice(0);
  }
}
