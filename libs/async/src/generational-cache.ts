export interface CacheLimits {
  readonly entriesMax?: number;
  /** The maximum weight of all entries together. */
  readonly weightMax: number;
  /** A heavier entry is not kept. The default is half of `weightMax`. */
  readonly entryWeightMax?: number;
}

class Generation<K, V> {
  readonly entries = new Map<K, { readonly value: V; readonly weight: number }>();
  weight = 0;

  remove(key: K): V | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    this.weight -= entry.weight;
    return entry.value;
  }
}

/**
 * A bounded cache in two generations. An entry that is used moves into the younger one, and when that
 * reaches half of the limit, the older one is dropped. This is nearly as good as least-recently-used,
 * without its bookkeeping per entry.
 */
export class GenerationalCache<K, V> {
  #young = new Generation<K, V>();
  #old = new Generation<K, V>();

  constructor(
    private readonly limits: CacheLimits,
    private readonly weightOf: (value: V) => number = () => 1,
  ) {}

  get size(): number {
    return this.#young.entries.size + this.#old.entries.size;
  }

  get weight(): number {
    return this.#young.weight + this.#old.weight;
  }

  get(key: K): V | undefined {
    const young = this.#young.entries.get(key);
    if (young !== undefined) return young.value;
    const value = this.take(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  /** Removes the entry and returns its value. */
  take(key: K): V | undefined {
    return this.#young.remove(key) ?? this.#old.remove(key);
  }

  /** Sets and weighs the value, also when it is the same object as before. */
  set(key: K, value: V): void {
    const { entriesMax = Infinity, weightMax, entryWeightMax = weightMax / 2 } = this.limits;
    this.take(key);
    const weight = this.weightOf(value);
    if (weight > entryWeightMax) return;
    const isFull =
      this.#young.entries.size + 1 > entriesMax / 2 || this.#young.weight + weight > weightMax / 2;
    if (isFull) {
      this.#old = this.#young;
      this.#young = new Generation();
    }
    this.#young.entries.set(key, { value, weight });
    this.#young.weight += weight;
  }

  clear(): void {
    this.#young = new Generation();
    this.#old = new Generation();
  }
}
