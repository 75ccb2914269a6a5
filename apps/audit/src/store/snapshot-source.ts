import pg from 'pg';
import type { Snapshot } from '#event-store';
import { CannotCheckError, cannotCheckError } from './errors.js';

const STREAMS_PER_PAGE = 64;
const CONNECT_TIMEOUT_MS = 20_000;

export interface StoredSnapshot extends Snapshot {
  readonly stream: string;
  /** The version of the state's shape and the fingerprint of the policy. */
  readonly key: string;
}

interface Row {
  readonly key: string;
  readonly revision: string;
  readonly hash: Buffer;
  readonly state: string;
  readonly key_id: string;
  readonly mac: Buffer;
}

/** Codes of Postgres for a missing schema, table or column: older versions kept no sealed snapshots. */
const UNDEFINED_OBJECT_CODES = ['3F000', '42P01', '42703'];
const INSUFFICIENT_PRIVILEGE = '42501';

/** Reads the snapshots, which are in Postgres beside the read tables whatever the event store is. */
export class SnapshotSource {
  readonly #pool: pg.Pool;

  constructor(url: string) {
    this.#pool = new pg.Pool({
      connectionString: url,
      max: 1,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'points-ledger audit',
      options: '-c default_transaction_read_only=on',
    });
    // Without a listener a lost idle connection would end the process. The next query reports it.
    this.#pool.on('error', () => {});
  }

  /** The names of all streams that have snapshots, in pages. */
  async *streams(): AsyncIterable<readonly string[]> {
    let after = '';
    for (;;) {
      const rows = await this.#rows<{ stream: string }>(
        `select distinct stream from event_store.snapshots
         where stream > $1 and mac is not null order by stream limit ${STREAMS_PER_PAGE}`,
        [after],
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map(({ stream }) => stream);
      after = last.stream;
    }
  }

  async forStream(stream: string): Promise<readonly StoredSnapshot[]> {
    const rows = await this.#rows<Row>(
      `select key, revision, hash, state, key_id, mac from event_store.snapshots
       where stream = $1 order by revision`,
      [stream],
    );
    return rows.map(({ key, revision, hash, state, key_id: keyId, mac }) => ({
      stream,
      key,
      revision: Number(revision),
      hash,
      state,
      keyId,
      mac,
    }));
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #rows<R extends object>(text: string, values: readonly unknown[]): Promise<R[]> {
    try {
      return (await this.#pool.query<R>(text, [...values])).rows;
    } catch (cause) {
      const code = cause instanceof pg.DatabaseError ? (cause.code ?? '') : '';
      if (UNDEFINED_OBJECT_CODES.includes(code)) return [];
      if (code !== INSUFFICIENT_PRIVILEGE)
        throw cannotCheckError("the snapshots can't be read", cause);
      throw new CannotCheckError(
        'this login may not read snapshots: grant points_ledger_event_reader to it',
        { cause },
      );
    }
  }
}
