import type { Snapshot } from '#event-store';

const REMEMBERED_MAX = 1_000;

/** The snapshots that somebody was interested in last, each by its seal. */
export class SealSet {
  readonly #seals = new Set<string>();

  add(stream: string, snapshot: Snapshot): void {
    const [oldest] = this.#seals;
    if (this.#seals.size >= REMEMBERED_MAX && oldest !== undefined) this.#seals.delete(oldest);
    this.#seals.add(nameOf(stream, snapshot));
  }

  has(stream: string, snapshot: Snapshot): boolean {
    return this.#seals.size > 0 && this.#seals.has(nameOf(stream, snapshot));
  }
}

const nameOf = (stream: string, { mac }: Snapshot): string =>
  `${stream} ${Buffer.from(mac).toString('base64')}`;
