import { SnapshotKeys } from '#event-store';
import type { SnapshotOptions } from '../commands/settings.js';
import { SnapshotSource } from './snapshot-source.js';

export interface OpenSnapshots {
  readonly snapshots: SnapshotSource;
  /** null: none was given. */
  readonly keys: SnapshotKeys | null;
}

export function openSnapshots({ database, keys }: SnapshotOptions): OpenSnapshots {
  const [sealing, ...others] = keys;
  return {
    snapshots: new SnapshotSource(database),
    keys: sealing === undefined ? null : new SnapshotKeys([sealing, ...others]),
  };
}
