/** The part of a Map that the state of an account uses. */
export interface MutableMap<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
  delete(key: K): unknown;
}

/** Keeps changes to a map apart from the map, which is not changed. */
export class OverlayMap<K, V> implements MutableMap<K, V> {
  readonly #base: Pick<MutableMap<K, V>, 'get'>;
  readonly #changed = new Map<K, V | undefined>();

  constructor(base: Pick<MutableMap<K, V>, 'get'>) {
    this.#base = base;
  }

  get(key: K): V | undefined {
    return this.#changed.has(key) ? this.#changed.get(key) : this.#base.get(key);
  }

  set(key: K, value: V): void {
    this.#changed.set(key, value);
  }

  delete(key: K): void {
    this.#changed.set(key, undefined);
  }
}
