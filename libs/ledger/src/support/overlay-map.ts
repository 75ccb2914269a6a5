/** The part of a Map that the books use. */
export interface Table<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
  delete(key: K): unknown;
}

/** A table's own changes over another that it leaves alone. */
export class Overlay<K, V> implements Table<K, V> {
  readonly #under: Pick<Table<K, V>, 'get'>;
  readonly #changed = new Map<K, V | undefined>();

  constructor(under: Pick<Table<K, V>, 'get'>) {
    this.#under = under;
  }

  get(key: K): V | undefined {
    return this.#changed.has(key) ? this.#changed.get(key) : this.#under.get(key);
  }

  set(key: K, value: V): void {
    this.#changed.set(key, value);
  }

  delete(key: K): void {
    this.#changed.set(key, undefined);
  }
}
