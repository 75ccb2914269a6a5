import type { Snapshot } from '#event-store';

const REMEMBERED_MAX = 1_000;

/** Snapshots that were found wrong: should one not be removed where it is stored, it is not used again. */
export class DistrustedSnapshots {
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
