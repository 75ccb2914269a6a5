/** A short list kept sorted. Two different items of one list never compare as equal. */
export class SortedList<T> implements Iterable<T> {
  readonly #compare: (a: T, b: T) => number;
  #items: T[];

  constructor(compare: (a: T, b: T) => number, items: T[] = []) {
    this.#compare = compare;
    this.#items = items;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  get size(): number {
    return this.#items.length;
  }

  add(item: T): void {
    this.#items.splice(this.#placeOf(item), 0, item);
  }

  remove(item: T): void {
    const place = this.#placeOf(item);
    const found = this.#items[place];
    if (found !== undefined && this.#compare(found, item) === 0) this.#items.splice(place, 1);
  }

  copy(): SortedList<T> {
    return new SortedList(this.#compare, this.#items.slice());
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items[Symbol.iterator]();
  }

  #placeOf(item: T): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#items[middle] as T, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
