const UNKNOWN_APPENDS_MAX = 10_000;

/**
 * Appends whose result is unknown, by the id of their first event. When such an append is sent again
 * and conflicts, it must be looked up: the conflict may be with its own first attempt.
 */
export class UnknownAppends {
  readonly #ids = new Set<string>();
  #isFull = false;

  constructor(private readonly max: number = UNKNOWN_APPENDS_MAX) {}

  add(id: string): void {
    if (this.#ids.size < this.max) this.#ids.add(id);
    else this.#isFull = true;
  }

  /** Once there were too many to keep, every append counts as unknown. */
  has(id: string): boolean {
    return this.#isFull || this.#ids.has(id);
  }

  remove(id: string): void {
    this.#ids.delete(id);
  }
}
