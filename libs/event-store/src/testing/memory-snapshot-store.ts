import type { Snapshot, SnapshotStore } from '../port.js';

export class MemorySnapshotStore implements SnapshotStore {
  readonly #snapshots = new Map<string, Snapshot>();

  async load(stream: string, key: string): Promise<Snapshot | null> {
    return this.#snapshots.get(placeOf(stream, key)) ?? null;
  }

  async save(stream: string, key: string, snapshot: Snapshot): Promise<void> {
    const kept = this.#snapshots.get(placeOf(stream, key));
    if (kept !== undefined && kept.revision > snapshot.revision) return;
    this.#snapshots.set(placeOf(stream, key), snapshot);
  }

  async remove(stream: string, key: string, mac: Uint8Array): Promise<void> {
    const kept = this.#snapshots.get(placeOf(stream, key));
    if (kept === undefined || Buffer.compare(kept.mac, mac) !== 0) return;
    this.#snapshots.delete(placeOf(stream, key));
  }
}

const placeOf = (stream: string, key: string) => JSON.stringify([stream, key]);
