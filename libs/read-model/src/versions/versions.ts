import type { ClientBase, Pool } from 'pg';

import type { VersionState } from '../table-writer.js';
import { GRANTS } from '../schema/grants.js';
import { dropTablesSql, indexesSql, tablesSql, viewsSql } from '../schema/version-tables.js';
import { inTransaction } from '../postgres/transaction.js';

/**
 * Creates the next version, empty and without secondary indexes. Its ids begin where those of the live
 * version began, so that the same rows get the same ids.
 */
export function createVersion(pool: Pool, name: string): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ version: number }>(
      `insert into mjk_point_checkpoints (
         name, version, state, last_id, ids_after, has_all_recharges)
       select $1, coalesce(max(version), 0) + 1, 'building', n.ids_after, n.ids_after, true
       from mjk_point_checkpoints c,
         (select coalesce(max(ids_after) filter (where state = 'live'), 0) as ids_after
          from mjk_point_checkpoints where name = $1) n
       where c.name = $1
       group by n.ids_after
       returning version`,
      [name],
    );
    const version = rows[0]?.version;
    if (version === undefined) throw new Error('a bug: no version was made');
    await client.query(tablesSql(version));
    await client.query(GRANTS);
    return version;
  });
}

/** Creates the indexes that queries need. It can be called again after a crash. */
export async function createIndexes(pool: Pool, version: number): Promise<void> {
  for (const sql of indexesSql(version)) await pool.query(sql);
  for (const table of ['transactions', 'accounts', 'batches', 'consumptions', 'recharges']) {
    await pool.query(`analyze mjk_point_${table}_v${version}`);
  }
}

/** Waits no longer than `lockWaitMsMax` for readers and writers of the version. */
export function dropVersion(
  pool: Pool,
  name: string,
  version: number,
  lockWaitMsMax: number,
): Promise<void> {
  return inTransaction(pool, async (client) => {
    await client.query(`set local lock_timeout = ${lockWaitMsMax}`);
    await client.query(
      `delete from mjk_point_checkpoints where name = $1 and version = $2 and state <> 'live'`,
      [name, version],
    );
    await client.query(dropTablesSql(version));
  });
}

/** Locks the checkpoint of the live version until the transaction ends. Returns the version. */
export async function lockLiveVersion(
  client: ClientBase,
  name: string,
  lockWaitMsMax: number,
): Promise<number> {
  await client.query(`set local lock_timeout = ${lockWaitMsMax}`);
  const { rows } = await client.query<{ version: number }>(
    `select version from mjk_point_checkpoints
     where name = $1 and state = 'live' for update`,
    [name],
  );
  const version = rows[0]?.version;
  if (version === undefined) throw new Error(`no version of ${name} is live`);
  return version;
}

/** Switches all views at once, in the transaction that holds the lock on the live version. */
export async function makeLive(
  client: ClientBase,
  name: string,
  live: number,
  next: number,
): Promise<void> {
  await setState(client, name, next, 'building');
  await setState(client, name, live, 'kept');
  await setState(client, name, next, 'live');
  await client.query(viewsSql(next));
}

async function setState(
  client: ClientBase,
  name: string,
  version: number,
  state: VersionState,
): Promise<void> {
  const { rowCount } = await client.query(
    `update mjk_point_checkpoints set state = $3 where name = $1 and version = $2`,
    [name, version, state],
  );
  if (rowCount !== 1) throw new Error(`version ${version} of ${name} is gone`);
}
