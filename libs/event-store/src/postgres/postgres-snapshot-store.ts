import type pg from 'pg';
import type { Snapshot, SnapshotStore } from '../port.js';

interface Row {
  readonly revision: string;
  readonly hash: Uint8Array;
  readonly state: string;
}

const LOAD = `select revision, hash, state from event_store.snapshots
  where stream = $1 and key = $2`;

/** A late writer does not put an older one over a newer one. */
const SAVE = `insert into event_store.snapshots as kept (stream, key, revision, hash, state)
  values ($1, $2, $3, $4, $5)
  on conflict (stream, key) do update
    set revision = excluded.revision, hash = excluded.hash, state = excluded.state
    where kept.revision < excluded.revision`;

/** Its pool is its owner's to end. */
export class PostgresSnapshotStore implements SnapshotStore {
  constructor(private readonly pool: pg.Pool) {}

  async load(stream: string, key: string): Promise<Snapshot | null> {
    const values = [stream, key];
    const { rows } = await this.pool.query<Row>({ name: 'load', text: LOAD, values });
    const [row] = rows;
    return row === undefined ? null : { ...row, revision: Number(row.revision) };
  }

  async save(stream: string, key: string, snapshot: Snapshot): Promise<void> {
    const { revision, hash, state } = snapshot;
    const values = [stream, key, revision, Buffer.from(hash), state];
    await this.pool.query({ name: 'save', text: SAVE, values });
  }
}
