import type { ClientBase, Pool } from 'pg';

import { NO_ROW } from '../fold/fold-import.js';
import type { TablesVersion } from '../postgres/checkpoints.js';
import { inTransaction } from '../postgres/transaction.js';

/**
 * The number of ids in one numbering of the rows. No version has as many rows, and 15 digits suffice for
 * 100,000 numberings.
 */
export const IDS_OF_A_NUMBERING = 10_000_000_000;

/** The live version, and the one that is to follow it. */
export interface Successive {
  readonly name: string;
  readonly live: number;
  readonly next: number;
}

interface Numbering {
  readonly is_same: boolean;
  readonly last_ids_differ: boolean;
  readonly had_parked: boolean;
}

async function numberingsOf(
  client: ClientBase,
  { name, live, next }: Successive,
): Promise<Numbering> {
  const { rows } = await client.query<Numbering>(
    `select one.ids_after = other.ids_after as is_same, one.last_id <> other.last_id as last_ids_differ,
       one.unparked > 0 or other.unparked > 0 or exists (
         select from mjk_point_parked_accounts p
         where p.name = $1 and p.version in ($2, $3)) as had_parked
     from mjk_point_checkpoints one, mjk_point_checkpoints other
     where one.name = $1 and one.version = $2 and other.name = $1 and other.version = $3`,
    [name, live, next],
  );
  if (rows[0] === undefined) throw new Error(`version ${live} or ${next} of ${name} is gone`);
  return rows[0];
}

/**
 * Whether an id of the live version may name another row in the next one, as far as the checkpoints tell.
 * Both versions must stand at the same position, and had the same rows before any account was parked.
 */
export async function mayNumberApart(client: ClientBase, both: Successive): Promise<boolean> {
  const { is_same, last_ids_differ, had_parked } = await numberingsOf(client, both);
  return is_same && (last_ids_differ || had_parked);
}

/** Checks once more, in the transaction that switches, what was compared before. */
export async function lastIdsDiffer(client: ClientBase, both: Successive): Promise<boolean> {
  const { is_same, last_ids_differ } = await numberingsOf(client, both);
  return is_same && last_ids_differ;
}

/** Whether any row has another id in the next version, or the next row would get another one. */
export async function numbersApart(client: ClientBase, both: Successive): Promise<boolean> {
  const { is_same, last_ids_differ } = await numberingsOf(client, both);
  if (!is_same || last_ids_differ) return is_same;
  const { rows } = await client.query<{ apart: boolean }>(
    `select exists (
       select from mjk_point_transactions_v${both.live} a
         full join mjk_point_transactions_v${both.next} b using (id)
       where (a.user_id, a.revision, a.line) is distinct from (b.user_id, b.revision, b.line)
     ) as apart`,
  );
  return rows[0]?.apart ?? true;
}

/**
 * Gives the rows of a version that is not live ids that no row has ever had, in the same order. A writer
 * that works on the version meanwhile gets a conflict, and continues from what is there.
 */
export function renumber(pool: Pool, { name, version }: TablesVersion): Promise<void> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ by: string }>(
      `update mjk_point_checkpoints c
       set ids_after = n.ids_after, last_id = c.last_id - c.ids_after + n.ids_after
       from (select nextval('mjk_point_numberings') * $3::bigint as ids_after) n,
         (select ids_after from mjk_point_checkpoints
          where name = $1 and version = $2 for update) before
       where c.name = $1 and c.version = $2 and c.state <> 'live'
       returning n.ids_after - before.ids_after as by`,
      [name, version, IDS_OF_A_NUMBERING],
    );
    const by = rows[0]?.by;
    if (by === undefined) throw new Error(`version ${version} of ${name} is live, or gone`);
    await client.query(`update mjk_point_transactions_v${version} set id = id + $1::bigint`, [by]);
    await client.query(
      `update mjk_point_consumptions_v${version}
       set first_row = case first_row when ${NO_ROW} then ${NO_ROW} else first_row + $1::bigint end,
         duration_row =
           case duration_row when ${NO_ROW} then ${NO_ROW} else duration_row + $1::bigint end`,
      [by],
    );
  });
}
