import type { ClientBase } from 'pg';

/** One table of two versions that are not the same. */
export interface TableDifference {
  readonly table: string;
  readonly rows: readonly [number, number];
  /** Of the points that the table is about. */
  readonly sums: readonly [number, number];
  /** Accounts whose rows differ: how many, and some of them. */
  readonly accounts: number;
  readonly examples: readonly string[];
}

const EXAMPLES_MAX = 5;

const SUMS = {
  transactions: 'balance_after - balance_before',
  accounts: 'balance',
  batches: 'remaining',
  consumptions: 'drawn - refunded',
} as const;

type Table = keyof typeof SUMS;

const TABLES = Object.keys(SUMS) as readonly Table[];

/**
 * Counts, sums and, account by account, checksums of all rows, every column of them. Both versions must stand at the same
 * position: call it in a snapshot in which they do.
 */
export async function compareVersions(
  client: ClientBase,
  one: number,
  other: number,
): Promise<readonly TableDifference[]> {
  const differences: TableDifference[] = [];
  for (const table of TABLES) {
    const found = await compareTable(client, table, one, other);
    if (found !== null) differences.push(found);
  }
  return differences;
}

async function compareTable(
  client: ClientBase,
  table: Table,
  one: number,
  other: number,
): Promise<TableDifference | null> {
  const { rows } = await client.query<{
    one: string;
    other: string;
    one_sum: string;
    other_sum: string;
    accounts: string;
    examples: string[] | null;
  }>(
    `with a as (
       select user_id, count(*) as rows, sum(${SUMS[table]}) as points,
         sum(hashtextextended(t::text, 0)::numeric) as checksum
       from mjk_point_${table}_v${one} t group by user_id
     ), b as (
       select user_id, count(*) as rows, sum(${SUMS[table]}) as points,
         sum(hashtextextended(t::text, 0)::numeric) as checksum
       from mjk_point_${table}_v${other} t group by user_id
     ), both_sides as (
       select user_id, a.rows as one, b.rows as other, a.points as one_sum, b.points as other_sum,
         (a.rows, a.checksum) is distinct from (b.rows, b.checksum) as differs
       from a full join b using (user_id)
     )
     select coalesce(sum(one), 0) as one, coalesce(sum(other), 0) as other,
       coalesce(sum(one_sum), 0) as one_sum, coalesce(sum(other_sum), 0) as other_sum,
       count(*) filter (where differs) as accounts,
       (array_agg(user_id::text order by user_id) filter (where differs))[1:$1] as examples
     from both_sides`,
    [EXAMPLES_MAX],
  );
  const found = rows[0];
  if (found === undefined || Number(found.accounts) === 0) return null;
  return {
    table: `mjk_point_${table}`,
    rows: [Number(found.one), Number(found.other)],
    sums: [Number(found.one_sum), Number(found.other_sum)],
    accounts: Number(found.accounts),
    examples: found.examples ?? [],
  };
}
