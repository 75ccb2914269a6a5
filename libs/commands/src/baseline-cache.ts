import { entriesOf, type Baseline } from './baseline.js';
import type { DeskLimits } from './desk-limits.js';

class Generation {
  readonly kept = new Map<string, Baseline>();
  entries = 0;
}

/**
 * The states of accounts that nobody works on. In two generations: what is used moves into the
 * younger, and when that holds half of what may be kept, the older one is let go whole.
 */
export class BaselineCache {
  #young = new Generation();
  #old = new Generation();

  constructor(private readonly limits: DeskLimits) {}

  get size(): number {
    return this.#young.kept.size + this.#old.kept.size;
  }

  get entries(): number {
    return this.#young.entries + this.#old.entries;
  }

  /** Takes it out: one account is worked on in one place. */
  take(stream: string): Baseline | null {
    for (const generation of [this.#young, this.#old]) {
      const baseline = generation.kept.get(stream);
      if (baseline === undefined) continue;
      generation.kept.delete(stream);
      generation.entries -= entriesOf(baseline);
      return baseline;
    }
    return null;
  }

  put(baseline: Baseline): void {
    const { cachedAccountsMax, cachedEntriesMax } = this.limits;
    const entries = entriesOf(baseline);
    if (entries > cachedEntriesMax / 2) return;
    const isFull =
      this.#young.kept.size + 1 > cachedAccountsMax / 2 ||
      this.#young.entries + entries > cachedEntriesMax / 2;
    if (isFull) {
      this.#old = this.#young;
      this.#young = new Generation();
    }
    this.#young.kept.set(baseline.stream, baseline);
    this.#young.entries += entries;
  }
}
