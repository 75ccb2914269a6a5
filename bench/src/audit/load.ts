import pg from 'pg';
import { migrateEventStore } from '#event-store';
import { ledgerOf, type LoadedEvent } from './ledger-of.js';

const ROWS = 5_000;

const INSERT = `
  insert into event_store.events (position, revision, id, stream, type, data, meta, hash)
  select $1::bigint + e.place, e.revision, e.id, e.stream, e.type, e.data, e.meta, decode(e.hash, 'hex')
  from unnest($2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
    with ordinality e(revision, id, stream, type, data, meta, hash, place)`;

/** Fills an event store in bulk, by its owner: what is measured is the auditor and not the writer. */
export async function loadLedger(url: string, users: number, events: number): Promise<number> {
  await migrateEventStore(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`set synchronous_commit = off;
    alter table event_store.events drop constraint events_id, drop constraint events_revision`);
  let written = 0;
  let chunk: LoadedEvent[] = [];
  let inserting: Promise<unknown> = Promise.resolve();
  const flush = async (): Promise<void> => {
    await inserting;
    inserting = client.query(INSERT, [written, ...columnsOf(chunk)]);
    written += chunk.length;
    chunk = [];
  };
  for (const event of ledgerOf(users, events)) {
    chunk.push(event);
    if (chunk.length === ROWS) await flush();
  }
  await flush();
  await inserting;
  await client.query(`
    alter table event_store.events add constraint events_id unique (id);
    alter table event_store.events add constraint events_revision unique (stream, revision);
    update event_store.head set position = ${written};
    analyze event_store.events; checkpoint`);
  await client.end();
  return written;
}

const columnsOf = (events: readonly LoadedEvent[]): unknown[][] =>
  (['revision', 'id', 'stream', 'type', 'data', 'meta', 'hash'] as const).map((name) =>
    events.map((event) => event[name]),
  );
