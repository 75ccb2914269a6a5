import type pg from 'pg';
import type { Snapshot, SnapshotStore } from '../port.js';

interface Row {
  readonly revision: string;
  readonly hash: Uint8Array;
  readonly state: string;
  readonly key_id: string;
  readonly mac: Uint8Array;
}

const LOAD = `select revision, hash, state, key_id, mac from event_store.snapshots
  where stream = $1 and key = $2`;

/** A late writer does not replace a newer snapshot with an older one. */
const SAVE = `insert into event_store.snapshots as kept (stream, key, revision, hash, state, key_id, mac)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (stream, key) do update
    set revision = excluded.revision, hash = excluded.hash, state = excluded.state,
      key_id = excluded.key_id, mac = excluded.mac
    where kept.revision < excluded.revision`;

const REMOVE = `delete from event_store.snapshots where stream = $1 and key = $2 and mac = $3`;

/** The owner of the pool ends it. */
export class PostgresSnapshotStore implements SnapshotStore {
  constructor(private readonly pool: pg.Pool) {}

  async load(stream: string, key: string): Promise<Snapshot | null> {
    const values = [stream, key];
    const { rows } = await this.pool.query<Row>({ name: 'load', text: LOAD, values });
    const [row] = rows;
    if (row === undefined) return null;
    const { revision, hash, state, key_id: keyId, mac } = row;
    return { revision: Number(revision), hash, state, keyId, mac };
  }

  async save(stream: string, key: string, snapshot: Snapshot): Promise<void> {
    const { revision, hash, state, keyId, mac } = snapshot;
    const values = [stream, key, revision, Buffer.from(hash), state, keyId, Buffer.from(mac)];
    await this.pool.query({ name: 'save', text: SAVE, values });
  }

  async remove(stream: string, key: string, mac: Uint8Array): Promise<void> {
    const values = [stream, key, Buffer.from(mac)];
    await this.pool.query({ name: 'remove', text: REMOVE, values });
  }
}
