import type { Snapshot } from '#event-store';

const SNAPSHOTS_MAX = 1_000;

/** A bounded set of snapshots, each known by its seal. The oldest is dropped first. */
export class RecentSnapshots {
  readonly #keys = new Set<string>();

  add(stream: string, snapshot: Snapshot): void {
    const [oldest] = this.#keys;
    if (this.#keys.size >= SNAPSHOTS_MAX && oldest !== undefined) this.#keys.delete(oldest);
    this.#keys.add(keyOf(stream, snapshot));
  }

  has(stream: string, snapshot: Snapshot): boolean {
    return this.#keys.size > 0 && this.#keys.has(keyOf(stream, snapshot));
  }
}

const keyOf = (stream: string, { mac }: Snapshot): string =>
  `${stream} ${Buffer.from(mac).toString('base64')}`;
