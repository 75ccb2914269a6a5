import { appendBytes } from '../append-size.js';
import type { Append, AppendAnswer } from './append-call.js';

/** An append that somebody waits for. */
export interface QueuedAppend extends Append {
  readonly sinceMs: number;
  readonly settle: (answer: AppendAnswer) => void;
  readonly fail: (error: unknown) => void;
}

/** Below this, a batch is not cut down for the sake of the lane beside it. */
const SHARE_MIN = 32;

/**
 * Appends in the order they came. Only one append of a stream is out at a time, so a repeat meets
 * what the first one committed, and what was sent behind another one stays behind it.
 */
export class AppendQueue {
  queued: QueuedAppend[] = [];
  readonly inFlight = new Set<string>();

  get size(): number {
    return this.queued.length;
  }

  get streamsInFlight(): number {
    return this.inFlight.size;
  }

  add(append: QueuedAppend): void {
    this.queued.push(append);
  }

  /** The next batch: a fair share of all that is under way, so that lanes are equally full. */
  take(concurrentBatches: number, appendsMax: number, bytesMax: number): QueuedAppend[] {
    const share = Math.ceil((this.size + this.streamsInFlight) / concurrentBatches);
    const max = Math.min(appendsMax, Math.max(SHARE_MIN, share));
    const taken: QueuedAppend[] = [];
    const left: QueuedAppend[] = [];
    let bytes = 0;
    let index = 0;
    for (; index < this.queued.length && taken.length < max; index += 1) {
      const append = this.queued[index];
      if (append === undefined) break;
      if (this.inFlight.has(append.stream)) {
        left.push(append);
        continue;
      }
      bytes += appendBytes(append.events);
      if (bytes > bytesMax && taken.length > 0) break;
      this.inFlight.add(append.stream);
      taken.push(append);
    }
    this.queued = left.concat(this.queued.slice(index));
    return taken;
  }

  /** A batch has come back: its streams may go out again. */
  release(batch: readonly QueuedAppend[]): void {
    for (const { stream } of batch) this.inFlight.delete(stream);
  }

  /** Empties it. */
  drain(): QueuedAppend[] {
    return this.queued.splice(0);
  }
}
