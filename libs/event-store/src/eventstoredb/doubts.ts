const DOUBTS_MAX = 10_000;

/**
 * Appends whose fate is not known, by the id of their first event: what a later refusal of the same
 * one means is to be looked up.
 */
export class Doubts {
  readonly #open = new Set<string>();
  #isFull = false;

  constructor(private readonly max: number = DOUBTS_MAX) {}

  add(id: string): void {
    if (this.#open.size < this.max) this.#open.add(id);
    else this.#isFull = true;
  }

  /** When there were too many to remember, every append is in doubt. */
  has(id: string): boolean {
    return this.#isFull || this.#open.has(id);
  }

  settle(id: string): void {
    this.#open.delete(id);
  }
}
