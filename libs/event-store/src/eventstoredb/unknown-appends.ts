const UNKNOWN_APPENDS_MAX = 10_000;

/**
 * Appends whose fate is not known, by the id of their first event: what a later refusal of the same
 * one means is to be looked up.
 */
export class UnknownAppends {
  readonly ids = new Set<string>();
  #isFull = false;

  constructor(private readonly max: number = UNKNOWN_APPENDS_MAX) {}

  add(id: string): void {
    if (this.ids.size < this.max) this.ids.add(id);
    else this.#isFull = true;
  }

  /** When there were too many to remember, every append is in doubt. */
  has(id: string): boolean {
    return this.#isFull || this.ids.has(id);
  }

  remove(id: string): void {
    this.ids.delete(id);
  }
}
