const DOUBTS_MAX = 10_000;

/** Appends whose fate is not known: what a later refusal of the same one means is to be looked up. */
export class Doubts {
  readonly #open = new Set<string>();
  #isFull = false;

  constructor(private readonly max: number = DOUBTS_MAX) {}

  add(stream: string, expected: number): void {
    if (this.#open.size < this.max) this.#open.add(keyOf(stream, expected));
    else this.#isFull = true;
  }

  /** When there were too many to remember, every append is in doubt. */
  has(stream: string, expected: number): boolean {
    return this.#isFull || this.#open.has(keyOf(stream, expected));
  }

  settle(stream: string, expected: number): void {
    this.#open.delete(keyOf(stream, expected));
  }
}

const keyOf = (stream: string, expected: number): string => `${expected}@${stream}`;
