import { sizeOf } from '../append-size.js';
import type { Append, AppendAnswer } from './append-call.js';

/** An append that somebody waits for. */
export interface Waiting extends Append {
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
  #waiting: Waiting[] = [];
  readonly #streamsOut = new Set<string>();

  get size(): number {
    return this.#waiting.length;
  }

  get out(): number {
    return this.#streamsOut.size;
  }

  add(append: Waiting): void {
    this.#waiting.push(append);
  }

  /** The next batch: a fair share of all that is under way, so that lanes are equally full. */
  take(lanes: number, appendsMax: number, charactersMax: number): Waiting[] {
    const share = Math.ceil((this.size + this.out) / lanes);
    const max = Math.min(appendsMax, Math.max(SHARE_MIN, share));
    const taken: Waiting[] = [];
    const left: Waiting[] = [];
    let characters = 0;
    let index = 0;
    for (; index < this.#waiting.length && taken.length < max; index += 1) {
      const append = this.#waiting[index];
      if (append === undefined) break;
      if (this.#streamsOut.has(append.stream)) {
        left.push(append);
        continue;
      }
      characters += sizeOf(append.events);
      if (characters > charactersMax && taken.length > 0) break;
      this.#streamsOut.add(append.stream);
      taken.push(append);
    }
    this.#waiting = left.concat(this.#waiting.slice(index));
    return taken;
  }

  /** A batch has come back: its streams may go out again. */
  back(batch: readonly Waiting[]): void {
    for (const { stream } of batch) this.#streamsOut.delete(stream);
  }

  /** Empties it. */
  drain(): Waiting[] {
    return this.#waiting.splice(0);
  }
}
