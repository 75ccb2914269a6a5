import type { ClientBase } from 'pg';

import { columnList, declaredNames, readColumn, versionOf } from '../schema/table.js';
import { ACCOUNTS, BATCHES, CONSUMPTIONS, RECHARGES, TRANSACTIONS } from '../schema/tables.js';

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

/** The points of a row, and the columns that contain ids of rows. */
const COMPARED = [
  { table: TRANSACTIONS, points: 'balance_after - balance_before', ids: ['id'] },
  { table: ACCOUNTS, points: 'balance - owed', ids: [] },
  { table: BATCHES, points: 'remaining', ids: [] },
  { table: CONSUMPTIONS, points: 'drawn - refunded', ids: ['first_row', 'duration_row'] },
  { table: RECHARGES, points: 'points - reversed + reinstated', ids: [] },
] as const;

type Compared = (typeof COMPARED)[number];

export interface Comparison {
  readonly differences: readonly TableDifference[];
  /** The number of accounts that are parked in one of the versions, which are not compared. */
  readonly skippedAccounts: number;
}

/**
 * Compares two versions by counts, sums and, for each account, a checksum of all columns of its rows, as
 * readers see them. Ids are left out when accounts were refolded, because the versions number their rows
 * differently since then. A version that an earlier release began lacks recharges: those are left out, too.
 * Call it in a snapshot in which both versions stand at the same position.
 */
export async function compareVersions(
  client: ClientBase,
  name: string,
  one: number,
  other: number,
): Promise<Comparison> {
  const { rows } = await client.query<{
    left_out: string;
    unparked: string;
    one_has_all: boolean;
    other_has_all: boolean;
  }>(
    `select
       (select count(distinct user_id) from mjk_point_parked_accounts
        where name = $1 and version in ($2, $3)) as left_out,
       (select sum(unparked) from mjk_point_checkpoints
        where name = $1 and version in ($2, $3)) as unparked,
       (select has_all_recharges from mjk_point_checkpoints
        where name = $1 and version = $2) as one_has_all,
       (select has_all_recharges from mjk_point_checkpoints
        where name = $1 and version = $3) as other_has_all`,
    [name, one, other],
  );
  const [found] = rows;
  if (found === undefined) throw new Error('a bug: counting gave no row');
  const skippedAccounts = Number(found.left_out);
  const between = {
    name,
    one,
    other,
    areSomeParked: skippedAccounts > 0,
    withIds: skippedAccounts === 0 && Number(found.unparked) === 0,
    oneHasAllRecharges: found.one_has_all,
    otherHasAllRecharges: found.other_has_all,
  };
  const differences: TableDifference[] = [];
  for (const compared of COMPARED) {
    const difference = await compareTable(client, compared, between);
    if (difference !== null) differences.push(difference);
  }
  return { differences, skippedAccounts };
}

interface ComparedVersions {
  readonly name: string;
  readonly one: number;
  readonly other: number;
  readonly areSomeParked: boolean;
  readonly withIds: boolean;
  readonly oneHasAllRecharges: boolean;
  readonly otherHasAllRecharges: boolean;
}

/** An SQL expression for a row as text. */
function textOf({ table, ids }: Compared, withIds: boolean): string {
  const leftOut: readonly string[] = withIds ? [] : ids;
  const names = declaredNames(table).filter((name) => !leftOut.includes(name));
  return `row(${columnList(names.map((name) => readColumn(table, name)))})::text`;
}

/** Leaves out recharges that the other version lacks because an earlier release wrote it. */
const knownTo = (other: number, hasAll: boolean, { table }: Compared): string =>
  table !== RECHARGES || hasAll
    ? ''
    : `and (user_id, revision) in (select user_id, revision from mjk_point_recharges_v${other})`;

async function compareTable(
  client: ClientBase,
  compared: Compared,
  {
    name,
    one,
    other,
    areSomeParked,
    withIds,
    oneHasAllRecharges,
    otherHasAllRecharges,
  }: ComparedVersions,
): Promise<TableDifference | null> {
  const { table, points } = compared;
  const text = textOf(compared, withIds);
  // Postgres scans in parallel only where it need not ask this of every row.
  const isCompared = areSomeParked ? 'user_id not in (select user_id from parked)' : 'true';
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
       select user_id, count(*) as rows, sum(${points}) as points,
         sum(hashtextextended(${text}, 0)::numeric) as checksum
       from ${versionOf(table, one)} t
       where ${isCompared}
         ${knownTo(other, otherHasAllRecharges, compared)}
       group by user_id
     ), b as (
       select user_id, count(*) as rows, sum(${points}) as points,
         sum(hashtextextended(${text}, 0)::numeric) as checksum
       from ${versionOf(table, other)} t
       where ${isCompared}
         ${knownTo(one, oneHasAllRecharges, compared)}
       group by user_id
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
    table: table.name,
    rows: [Number(found.one), Number(found.other)],
    sums: [Number(found.one_sum), Number(found.other_sum)],
    accounts: Number(found.accounts),
    examples: found.examples ?? [],
  };
}
