import type { ClientBase } from 'pg';
import { longestTransaction, type Preparation, type Report } from '#migrations';
import {
  CREATE_ACCOUNT_OF,
  FIRST_BOUNDARY,
  FIRST_PARTITION_CHECK,
  INDEXES,
} from './008-partitions.js';

/** Measured on two cores with a disk of 200 MB/s; larger machines are faster. */
const ROWS_INDEXED_PER_S = 150_000;
const BYTES_SCANNED_PER_S = 200_000_000;
/** An entry of the index over accounts, with what a page has free. */
const INDEX_BYTES_PER_ROW = 42;
const LOCK_MS_MAX = 500;
const LOCK_RETRIES_MAX = 600;
/** To undo, after an error that people wait to hear of. */
const UNDO_RETRIES_MAX = 5;

/**
 * Makes the table of events ready to become the first partition: with the indexes of one, and with a
 * proof that all its positions lie in the range of one. Nothing is copied, and nobody waits.
 */
export const preparePartitions: Preparation = {
  async describe(client) {
    const { rows, bytes, idBytes } = await sizeOf(client);
    const indexed = minutes(rows / ROWS_INDEXED_PER_S);
    const checked = minutes((2 * bytes) / BYTES_SCANNED_PER_S);
    return [
      `makes the table of ${rows.toLocaleString('en-US')} events (${size(bytes)}) the first partition, as it stands`,
      `1. builds an index over accounts beside the others: about ${indexed}, and ${size(rows * INDEX_BYTES_PER_ROW)} of disk`,
      `2. checks all positions in one scan: about ${checked} with the scans of step 1`,
      `3. exchanges the tables, which stops appends for less than a second, and removes the index over ids: ${size(idBytes)} are free again`,
      'Programs go on appending and reading. It can be stopped at any moment, and repeated: make a backup first.',
      'When no older build is running any more, "npm run migrate -- --finish" removes an index that only those read.',
    ];
  },

  async run(client, report) {
    if (await isEmpty(client)) return;
    await client.query(CREATE_ACCOUNT_OF);
    for (const [name, definition] of Object.entries(INDEXES)) {
      await buildIndex(client, `events_1_${name}`, definition, report);
    }
    report('events: checking all positions, while programs go on');
    // One that an earlier run has left may be too near to the end by now.
    await dropCheck(client, LOCK_RETRIES_MAX, report);
    await withoutQueue(client, LOCK_RETRIES_MAX, report, async () => {
      const { rows } = await client.query<{ boundary: string }>(
        `select ${FIRST_BOUNDARY} as boundary`,
      );
      await client.query(`alter table event_store.events
        add constraint ${FIRST_PARTITION_CHECK} check (position < ${rows[0]?.boundary}) not valid`);
    });
    await client.query(
      `alter table event_store.events validate constraint ${FIRST_PARTITION_CHECK}`,
    );
    report('events: checked');
  },

  /** No position behind the boundary could be appended, so the check must not stand for long. */
  undo: (client) => dropCheck(client, UNDO_RETRIES_MAX, () => undefined),
};

async function dropCheck(client: ClientBase, retriesMax: number, report: Report): Promise<void> {
  const { rows } = await client.query(
    `select from pg_constraint where conrelid = to_regclass('event_store.events')
       and conname = '${FIRST_PARTITION_CHECK}'`,
  );
  if (rows.length === 0) return;
  await withoutQueue(client, retriesMax, report, async () => {
    await client.query(
      `alter table event_store.events drop constraint if exists ${FIRST_PARTITION_CHECK}`,
    );
  });
}

/** Repeats a change that needs the table for a moment. While it waits, appends wait behind it. */
async function withoutQueue(
  client: ClientBase,
  retriesMax: number,
  report: Report,
  change: () => Promise<void>,
): Promise<void> {
  await client.query(`set lock_timeout = ${LOCK_MS_MAX}`);
  try {
    for (let retries = 0; ; retries += 1) {
      try {
        return await change();
      } catch (error) {
        const { code } = error as { code?: unknown };
        if (code !== '55P03' || retries >= retriesMax) throw error;
        report(`events: waiting for ${await longestTransaction(client)}`);
        await client.query('select pg_sleep(1)');
      }
    }
  } finally {
    await client.query('reset lock_timeout').catch(() => undefined); // the connection may be lost
  }
}

async function buildIndex(
  client: ClientBase,
  name: string,
  definition: string,
  report: Report,
): Promise<void> {
  const { rows } = await client.query<{ valid: boolean }>(
    `select indisvalid as valid from pg_index where indexrelid = to_regclass($1)`,
    [`event_store.${name}`],
  );
  if (rows[0]?.valid === true) return;
  // A run that was cut off leaves an index that is not valid, which appends write and nobody reads.
  if (rows.length > 0) await client.query(`drop index concurrently event_store.${name}`);
  report(`events: building index ${name}, while programs go on`);
  await client.query(`create index concurrently ${name} on event_store.events ${definition}`);
}

async function isEmpty(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query('select from event_store.events limit 1');
  return rows.length === 0;
}

async function sizeOf(client: ClientBase) {
  const { rows } = await client.query<{ rows: string; bytes: string; ids: string }>(
    `select h.position as rows, pg_table_size('event_store.events') as bytes,
       pg_relation_size('event_store.events_id') as ids
     from event_store.head h`,
  );
  const [found] = rows;
  return {
    rows: Number(found?.rows ?? 0),
    bytes: Number(found?.bytes ?? 0),
    idBytes: Number(found?.ids ?? 0),
  };
}

function minutes(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} seconds`;
  return `${Math.round(seconds / 60)} minutes`;
}

function size(bytes: number): string {
  if (bytes < 2 ** 30) return `${Math.max(1, Math.round(bytes / 2 ** 20))} MB`;
  return `${(bytes / 2 ** 30).toFixed(1)} GB`;
}
