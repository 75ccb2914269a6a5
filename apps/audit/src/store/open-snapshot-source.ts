import { SnapshotKeys, type SnapshotKey } from '#event-store';
import { SnapshotSource } from './snapshot-source.js';

/** Where snapshots are, and the keys that seal them. Without keys, seals are not checked. */
export interface SnapshotOptions {
  readonly database: string;
  readonly keys: readonly SnapshotKey[];
}

export interface OpenSnapshotSource {
  readonly snapshots: SnapshotSource;
  /** null: no key was given. */
  readonly keys: SnapshotKeys | null;
}

export function openSnapshotSource({ database, keys }: SnapshotOptions): OpenSnapshotSource {
  const [sealing, ...others] = keys;
  return {
    snapshots: new SnapshotSource(database),
    keys: sealing === undefined ? null : new SnapshotKeys([sealing, ...others]),
  };
}
