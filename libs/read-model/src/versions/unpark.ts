import type { Pool, PoolClient } from 'pg';

import type { Position, RecordedEvent } from '#event-store';

import { accountStream } from '#identity';
import { fold } from '../fold/fold.js';
import { emptyFoldedRows } from '../fold/folded-rows.js';
import { PoisonEvent } from '../fold/poison-event.js';
import { decodeBatch } from '../fold/decode-batch.js';
import { RowCache } from '../writer/row-cache.js';
import type { TablesVersion } from '../postgres/checkpoints.js';
import { encodeRows } from '../writer/encode-rows.js';
import { RowsToLoad } from '../writer/rows-to-load.js';
import { loadRows } from '../writer/load-rows.js';
import { runPipelined } from '../writer/run-queries.js';
import { inTransaction } from '../postgres/transaction.js';

export type UnparkOutcome =
  | { readonly kind: 'unparked'; readonly events: number; readonly rows: number }
  | { readonly kind: 'not-parked' }
  /** An event still can't be applied. Nothing was changed. */
  | { readonly kind: 'still-poisoned'; readonly poison: PoisonEvent };

/** Events that are folded and written together. */
const CHUNK_EVENTS = 2_000;

/**
 * Refolds a parked account from its stream up to the checkpoint, in one transaction. Its rows get new ids. A
 * writer that works on the tables meanwhile waits, and then gets a conflict.
 */
export async function unpark(
  pool: Pool,
  tables: TablesVersion,
  userId: string,
  stream: AsyncIterable<RecordedEvent>,
): Promise<UnparkOutcome> {
  try {
    return await inTransaction(pool, async (client) => {
      const checkpoint = await lockCheckpoint(client, tables);
      const known = await removeRows(client, tables, userId);
      if (known === null) return { kind: 'not-parked' };
      const refold = new AccountRefold(client, tables, checkpoint.lastId);
      let chunk: RecordedEvent[] = [];
      for await (const event of stream) {
        if (checkpoint.position === null || event.position > checkpoint.position) break;
        chunk.push(event);
        if (chunk.length < CHUNK_EVENTS) continue;
        await refold.apply(chunk);
        chunk = [];
      }
      await refold.apply(chunk);
      refold.requireRevision(known.parkedRevision, userId, checkpoint.position);
      const { rows, events } = refold;
      await advanceCounters(client, tables, rows, events - known.events);
      return { kind: 'unparked', events, rows };
    });
  } catch (error) {
    if (error instanceof PoisonEvent) return { kind: 'still-poisoned', poison: error };
    throw error;
  }
}

/** Until the end of the transaction no other writer advances the checkpoint. */
async function lockCheckpoint(
  client: PoolClient,
  { name, version }: TablesVersion,
): Promise<{ readonly position: Position | null; readonly lastId: number }> {
  const { rows } = await client.query<{ position: Position | null; last_id: string }>(
    `select position, last_id from mjk_point_checkpoints
     where name = $1 and version = $2 for update`,
    [name, version],
  );
  const [found] = rows;
  if (found === undefined) throw new Error(`there is no version ${version} of ${name}`);
  return { position: found.position, lastId: Number(found.last_id) };
}

/** null: the account is not parked. */
async function removeRows(
  client: PoolClient,
  { name, version }: TablesVersion,
  userId: string,
): Promise<{ readonly parkedRevision: number; readonly events: number } | null> {
  const parked = await client.query<{ revision: string }>(
    `delete from mjk_point_parked_accounts
     where name = $1 and version = $2 and user_id = $3 returning revision`,
    [name, version, userId],
  );
  const [found] = parked.rows;
  if (found === undefined) return null;
  const accounts = await client.query<{ revision: string }>(
    `delete from mjk_point_accounts_v${version} where user_id = $1 returning revision`,
    [userId],
  );
  for (const table of ['transactions', 'batches', 'consumptions', 'recharges']) {
    await client.query(`delete from mjk_point_${table}_v${version} where user_id = $1`, [userId]);
  }
  const last = accounts.rows[0]?.revision;
  return {
    parkedRevision: Number(found.revision),
    events: last === undefined ? 0 : Number(last) + 1,
  };
}

async function advanceCounters(
  client: PoolClient,
  { name, version }: TablesVersion,
  rows: number,
  events: number,
): Promise<void> {
  await client.query(
    `update mjk_point_checkpoints
     set last_id = last_id + $3, event_count = event_count + $4, unparked = unparked + 1
     where name = $1 and version = $2`,
    [name, version, rows, events],
  );
}

/** Writes the events of one account into tables that have no rows of it. */
class AccountRefold {
  readonly #cache = new RowCache();
  #last: RecordedEvent | null = null;
  rows = 0;
  events = 0;

  constructor(
    private readonly client: PoolClient,
    private readonly tables: TablesVersion,
    private readonly lastId: number,
  ) {}

  async apply(events: readonly RecordedEvent[]): Promise<void> {
    if (events.length === 0) return;
    const { client, tables } = this;
    const read = decodeBatch(this.#last?.position ?? null, { events });
    const rowsToLoad = new RowsToLoad(this.#cache);
    rowsToLoad.add(read);
    await loadRows(client, tables, rowsToLoad, false);
    const folded = emptyFoldedRows(this.lastId + this.rows + 1);
    fold(rowsToLoad.users, read, folded);
    const queries = await encodeRows(tables.version, folded, events);
    await runPipelined(client, Promise.resolve(), queries);
    this.#cache.put(rowsToLoad.users);
    this.rows += folded.transactions.length;
    this.events += events.length;
    this.#last = events.at(-1) ?? this.#last;
  }

  /** A truncated stream looks like a shorter history: correct rows would be lost. */
  requireRevision(revision: number, userId: string, position: Position | null): void {
    const last = this.#last?.revision ?? -1;
    if (last >= revision) return;
    throw new PoisonEvent(
      'stream-truncated',
      { stream: accountStream(userId), revision: last + 1, position: position ?? ('' as Position) },
      `the stream ends behind revision ${last}, and the account was parked at ${revision}`,
    );
  }
}
