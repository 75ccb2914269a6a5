const SLOTS_AT_FIRST = 1 << 16;

/**
 * Maps event ids to places in the log by open addressing over typed arrays, because a Map of a million
 * strings costs more than the rest of an append.
 */
export class IdIndex {
  /** The place plus 1; 0 means free. */
  #places = new Int32Array(SLOTS_AT_FIRST);
  #hashes = new Int32Array(SLOTS_AT_FIRST);
  #used = 0;

  constructor(private readonly idAt: (place: number) => string) {}

  placeOf(id: string): number | undefined {
    const hash = hashOf(id);
    for (let slot = this.#first(hash); ; slot = this.#next(slot)) {
      const place = (this.#places[slot] ?? 0) - 1;
      if (place < 0) return undefined;
      if (this.#hashes[slot] === hash && this.idAt(place) === id) return place;
    }
  }

  /** The id must be new. */
  add(id: string, place: number): void {
    if (this.#used * 2 >= this.#places.length) this.#grow();
    this.#put(hashOf(id), place + 1);
    this.#used += 1;
  }

  #put(hash: number, taken: number): void {
    let slot = this.#first(hash);
    while (this.#places[slot] !== 0) slot = this.#next(slot);
    this.#places[slot] = taken;
    this.#hashes[slot] = hash;
  }

  #grow(): void {
    const [places, hashes] = [this.#places, this.#hashes];
    this.#places = new Int32Array(places.length * 2);
    this.#hashes = new Int32Array(places.length * 2);
    for (const [slot, taken] of places.entries()) {
      if (taken !== 0) this.#put(hashes[slot] ?? 0, taken);
    }
  }

  #first(hash: number): number {
    return hash & (this.#places.length - 1);
  }

  #next(slot: number): number {
    return (slot + 1) & (this.#places.length - 1);
  }
}

/** The hash function is FNV-1a. */
function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i += 1) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
}
