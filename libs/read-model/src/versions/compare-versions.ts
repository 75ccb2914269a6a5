import type { ClientBase } from 'pg';

/** The difference of one table between two versions. */
export interface TableDifference {
  readonly table: string;
  readonly rows: readonly [number, number];
  /** The sums of points. */
  readonly sums: readonly [number, number];
  /** The number of accounts whose rows differ. */
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

export interface Comparison {
  readonly differences: readonly TableDifference[];
  /** The number of accounts that are parked in one of the versions, which are not compared. */
  readonly skippedAccounts: number;
}

/**
 * Compares two versions by counts, sums and, for each account, a checksum of all columns of its rows. Ids are
 * left out when accounts were refolded, because the versions number their rows differently since then. Call
 * it in a snapshot in which both versions stand at the same position.
 */
export async function compareVersions(
  client: ClientBase,
  name: string,
  one: number,
  other: number,
): Promise<Comparison> {
  const { rows } = await client.query<{ left_out: string; unparked: string }>(
    `select
       (select count(distinct user_id) from mjk_point_parked_accounts
        where name = $1 and version in ($2, $3)) as left_out,
       (select sum(unparked) from mjk_point_checkpoints
        where name = $1 and version in ($2, $3)) as unparked`,
    [name, one, other],
  );
  const [found] = rows;
  if (found === undefined) throw new Error('a bug: counting gave no row');
  const skippedAccounts = Number(found.left_out);
  const between = {
    name,
    one,
    other,
    withIds: skippedAccounts === 0 && Number(found.unparked) === 0,
  };
  const differences: TableDifference[] = [];
  for (const table of TABLES) {
    const difference = await compareTable(client, table, between);
    if (difference !== null) differences.push(difference);
  }
  return { differences, skippedAccounts };
}

interface ComparedVersions {
  readonly name: string;
  readonly one: number;
  readonly other: number;
  readonly withIds: boolean;
}

/** Columns that contain ids of rows. */
const IDS: Record<Table, readonly string[]> = {
  transactions: ['id'],
  accounts: [],
  batches: [],
  consumptions: ['first_row', 'duration_row'],
};

/** An SQL expression for a row as text. */
const textOf = (table: Table, withIds: boolean): string =>
  withIds || IDS[table].length === 0
    ? 't::text'
    : `(to_jsonb(t) - '{${IDS[table].join(',')}}'::text[])::text`;

async function compareTable(
  client: ClientBase,
  table: Table,
  { name, one, other, withIds }: ComparedVersions,
): Promise<TableDifference | null> {
  const { rows } = await client.query<{
    one: string;
    other: string;
    one_sum: string;
    other_sum: string;
    accounts: string;
    examples: string[] | null;
  }>(
    `with parked as (
       select distinct user_id from mjk_point_parked_accounts
       where name = $2 and version in ($3, $4)
     ), a as (
       select user_id, count(*) as rows, sum(${SUMS[table]}) as points,
         sum(hashtextextended(${textOf(table, withIds)}, 0)::numeric) as checksum
       from mjk_point_${table}_v${one} t
       where user_id not in (select user_id from parked) group by user_id
     ), b as (
       select user_id, count(*) as rows, sum(${SUMS[table]}) as points,
         sum(hashtextextended(${textOf(table, withIds)}, 0)::numeric) as checksum
       from mjk_point_${table}_v${other} t
       where user_id not in (select user_id from parked) group by user_id
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
    [EXAMPLES_MAX, name, one, other],
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
