import { SnapshotKeys } from '#event-store';
import type { SnapshotOptions } from '../commands/settings.js';
import { SnapshotSource } from './snapshot-source.js';

export interface OpenSnapshotSource {
  readonly snapshots: SnapshotSource;
  /** null: none was given. */
  readonly keys: SnapshotKeys | null;
}

export function openSnapshotSource({ database, keys }: SnapshotOptions): OpenSnapshotSource {
  const [sealing, ...others] = keys;
  return {
    snapshots: new SnapshotSource(database),
    keys: sealing === undefined ? null : new SnapshotKeys([sealing, ...others]),
  };
}
