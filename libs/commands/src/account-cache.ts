import { entryCount, type LoadedAccount } from './loaded-account.js';
import type { CommandLimits } from './command-limits.js';

class Generation {
  readonly accounts = new Map<string, LoadedAccount>();
  entries = 0;
}

/**
 * The states of accounts that nobody works on. In two generations: what is used moves into the
 * younger, and when that holds half of what may be kept, the older one is let go whole.
 */
export class AccountCache {
  #young = new Generation();
  #old = new Generation();

  constructor(private readonly limits: CommandLimits) {}

  get size(): number {
    return this.#young.accounts.size + this.#old.accounts.size;
  }

  get entries(): number {
    return this.#young.entries + this.#old.entries;
  }

  /** Takes it out: one account is worked on in one place. */
  take(stream: string): LoadedAccount | null {
    for (const generation of [this.#young, this.#old]) {
      const loaded = generation.accounts.get(stream);
      if (loaded === undefined) continue;
      generation.accounts.delete(stream);
      generation.entries -= entryCount(loaded);
      return loaded;
    }
    return null;
  }

  put(loaded: LoadedAccount): void {
    const { cachedAccountsMax, cachedEntriesMax } = this.limits;
    const entries = entryCount(loaded);
    if (entries > cachedEntriesMax / 2) return;
    const isFull =
      this.#young.accounts.size + 1 > cachedAccountsMax / 2 ||
      this.#young.entries + entries > cachedEntriesMax / 2;
    if (isFull) {
      this.#old = this.#young;
      this.#young = new Generation();
    }
    this.#young.accounts.set(loaded.stream, loaded);
    this.#young.entries += entries;
  }
}
