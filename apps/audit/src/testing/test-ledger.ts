import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { openPostgresEventStore, type EventStore } from '#event-store';
import { MemoryEventStore } from '#event-store/testing';
import { chainHash } from '#identity';
import { knownSettings, readSettings } from '../checks/known-settings.js';
import { readTakeOvers } from '../checks/known-take-overs.js';
import { inlineWorkerPool } from './inline-worker-pool.js';
import { verifyStore, type VerifyOptions } from '../verify/verify-store.js';
import { PostgresSource } from '../store/postgres-source.js';
import { storedEventsIn } from './sample-events.js';
import { writeSampleLedger } from './sample-ledger.js';

interface StoredRow {
  readonly position: string;
  readonly stream: string;
  readonly revision: string;
  id: string;
  type: string;
  data: string;
  meta: string;
}

/** A database of its own with the sample ledger in it, and a connection of its owner, who can tamper with it. */
export class TestLedger {
  private constructor(
    readonly url: string,
    readonly store: EventStore,
    private readonly owner: pg.Client,
    private readonly server: string,
  ) {}

  static async open(): Promise<TestLedger> {
    const ledger = await TestLedger.#openEmpty();
    await writeSampleLedger(ledger.store);
    return ledger;
  }

  /**
   * The same with what `write` writes, brought in by the owner of the database: the store takes no
   * settings that were published at another time than now.
   */
  static async openWith(write: (store: EventStore) => Promise<void>): Promise<TestLedger> {
    const ledger = await TestLedger.#openEmpty();
    const memory = new MemoryEventStore();
    await write(memory);
    const events = await storedEventsIn(memory);
    for (const [index, { stream, revision, id, type, data, meta, hash }] of events.entries()) {
      await ledger.sql(
        `insert into event_store.events (position, stream, revision, id, type, data, meta, hash)
         values ($1, $2, $3, $4, $5, $6, $7, decode($8, 'hex'))`,
        ...[index + 1, stream, revision, id, type, data, meta, hash],
      );
    }
    await ledger.sql('update event_store.head set position = $1', events.length);
    return ledger;
  }

  static async #openEmpty(): Promise<TestLedger> {
    const server = process.env['TEST_PG_URL'];
    if (server === undefined) throw new Error('TEST_PG_URL names no Postgres');
    const name = `audit_${randomUUID().replaceAll('-', '')}`;
    await onServer(server, `create database ${name}`);
    const url = new URL(server);
    url.pathname = `/${name}`;
    const store = await openPostgresEventStore(url.href);
    const owner = new pg.Client({ connectionString: url.href });
    await owner.connect();
    // The trigger that refuses changes does not fire for a session that says it is a replica.
    await owner.query('set session_replication_role = replica');
    return new TestLedger(url.href, store, owner, server);
  }

  /** Tampers with the events, inspects the result and restores the events. */
  async withTampering<T>(tamper: () => Promise<unknown>, inspect: () => Promise<T>): Promise<T> {
    await this.owner.query('create table public.kept as select * from event_store.events');
    const { rows } = await this.owner.query<{ position: string }>(
      'select position from event_store.head',
    );
    try {
      await tamper();
      return await inspect();
    } finally {
      await this.owner.query('delete from event_store.events');
      await this.owner.query('insert into event_store.events select * from public.kept');
      await this.owner.query('delete from event_store.head');
      await this.owner.query('insert into event_store.head (position) values ($1)', [
        rows[0]?.position,
      ]);
      await this.owner.query('drop table public.kept');
    }
  }

  async sql(text: string, ...values: unknown[]): Promise<void> {
    await this.owner.query(text, values);
  }

  /** Changes an event and recomputes all hashes of its stream, as a forger would do. */
  async rewrite(
    stream: string,
    revision: number,
    change: (data: Record<string, unknown>, row: StoredRow) => void,
  ): Promise<void> {
    const { rows } = await this.owner.query<StoredRow>(
      `select position, stream, revision, id, type, data, meta from event_store.events
       where stream = $1 order by revision`,
      [stream],
    );
    const row = rows[revision];
    if (row === undefined) throw new Error(`there is no revision ${revision}`);
    const data = JSON.parse(row.data) as Record<string, unknown>;
    change(data, row);
    row.data = JSON.stringify(data);
    await this.#rehash(rows);
  }

  /** Writes new hashes for a whole stream. */
  async #rehash(rows: readonly StoredRow[]): Promise<void> {
    let before: Uint8Array = new Uint8Array(32);
    for (const row of rows) {
      before = chainHash(before, { ...row, revision: Number(row.revision) });
      await this.owner.query(
        `update event_store.events set id = $2, type = $3, data = $4, meta = $5, hash = $6
         where position = $1`,
        [row.position, row.id, row.type, row.data, row.meta, before],
      );
    }
  }

  async verify(options: VerifyOptions = {}) {
    const source = new PostgresSource(this.url);
    try {
      const known = knownSettings([], await readSettings(source), await readTakeOvers(source));
      return await verifyStore(source, inlineWorkerPool(source, known), options);
    } finally {
      await source.close();
    }
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.owner.end();
    await onServer(
      this.server,
      `drop database ${new URL(this.url).pathname.slice(1)} with (force)`,
    );
  }
}

async function onServer(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
