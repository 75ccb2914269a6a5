import pg from 'pg';
import type { BatchColumns, Mapping } from '#import';
import { readImportedAccount, type ImportedAccount } from '#commands';
import { lockAccount, setState } from '../freeze/account-states.js';
import { appendBodies, type ImportSession } from '../ledger/append-bodies.js';
import { ROW_COLUMNS, type OldTable, type OldTables } from '../source/old-tables.js';
import { changesSinceOpening, type ChangesSinceOpening } from './changes-since-opening.js';

export type HandBackResult =
  | {
      readonly kind: 'handed back';
      readonly balance: number;
      readonly rows: number;
      readonly held: number;
      /** The old service knows no debts. */
      readonly owed: number;
    }
  | { readonly kind: 'not open here' };

/**
 * Ends an account here, and then gives it back in one transaction there: its rows, its batches, and the
 * right to write it. Killed in between, nobody serves it, and the same goes on. It is never served twice.
 */
export async function handBack(
  client: pg.Client,
  tables: OldTables,
  mapping: Mapping,
  session: ImportSession,
  userId: string,
): Promise<HandBackResult> {
  const state = await lockAccount(client, userId);
  try {
    const result =
      state === 'moved'
        ? await handBackLocked(client, tables, mapping, session, userId)
        : ({ kind: 'not open here' } as const);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

async function handBackLocked(
  client: pg.Client,
  tables: OldTables,
  mapping: Mapping,
  session: ImportSession,
  userId: string,
): Promise<HandBackResult> {
  const { importId, by, ledger } = session;
  await appendBodies(session, userId, new Date().toISOString(), ({ account }) => {
    if (account.takeOver?.phase !== 'opened') return null;
    const { balance, held, owed } = account;
    return [{ type: 'AccountHandedBack', importId, balance, held, owed: owed ?? 0, by }];
  });
  const imported = await readImportedAccount(ledger.store, userId);
  const changes = await changesSinceOpening(ledger.store, userId);
  if (imported.account.takeOver?.phase !== 'handed_back' || changes === null) {
    return { kind: 'not open here' };
  }
  await setState(client, userId, 'free');
  await client.query("select set_config('timezone', $1, true)", [mapping.zone ?? 'UTC']);
  await writeRows(client, tables.rows, userId, changes);
  if (tables.batches !== null && mapping.batches !== undefined) {
    await writeBatches(client, tables.batches, mapping.batches, imported, changes);
  }
  const { balance, held, owed } = imported.account;
  return { kind: 'handed back', balance, held, owed: owed ?? 0, rows: changes.rows.length };
}

const WRITTEN = ROW_COLUMNS.filter((column) => column !== 'id');

/** New ids are those of the old sequence, by the default of the column. */
async function writeRows(
  client: pg.Client,
  table: OldTable,
  userId: string,
  { rows, durations }: ChangesSinceOpening,
): Promise<void> {
  const hasDuration = table.columns[1 + ROW_COLUMNS.indexOf('duration')] !== 'null';
  const columns = WRITTEN.filter((column) => hasDuration || column !== 'duration');
  const places = columns.map((_, index) => `$${index + 2}`).join(', ');
  const insert = `insert into ${table.name} (user_id, ${columns.join(', ')}) values ($1, ${places})`;
  for (const row of rows) {
    await client.query(insert, [userId, ...columns.map((column) => row[column])]);
  }
  if (!hasDuration) return;
  for (const [id, duration] of durations) {
    await client.query(`update ${table.name} set duration = $2 where id = $1`, [id, duration]);
  }
}

async function writeBatches(
  client: pg.Client,
  table: OldTable,
  columns: BatchColumns,
  { account, userId }: ImportedAccount,
  { opening, recharged }: ChangesSinceOpening,
): Promise<void> {
  const name = (column: string): string => pg.escapeIdentifier(column);
  const left = new Map<number, number>(account.remaining);
  for (const { batchId, legacyBatchId } of opening.batches) {
    if (legacyBatchId === null) continue;
    const { rowCount } = await client.query(
      `update ${table.name} set ${name(columns.remaining)} = $2 where ${name(columns.id)} = $1`,
      [legacyBatchId, left.get(batchId) ?? 0],
    );
    if (rowCount !== 0) left.delete(batchId);
  }
  for (const [batchId, remaining] of left) {
    const batch = account.batches.get(batchId);
    const recharge = recharged.get(batchId);
    const values: readonly (readonly [string | undefined, unknown])[] = [
      [columns.id, batchId],
      [columns.user, userId],
      [columns.remaining, remaining],
      [columns.expiresAt, batch?.expiresAt ?? null],
      [columns.points, recharge?.points ?? remaining],
      [columns.priority, batch?.priority ?? null],
      [columns.rechargeId, recharge?.rechargeId ?? null],
      [columns.sourceId, recharge?.sourceId ?? null],
      [columns.createdAt, recharge?.createdAt ?? opening.at],
    ];
    // One column may serve for two.
    const named = new Map(
      values.flatMap(([column, value]) => (column === undefined ? [] : [[column, value]])),
    );
    const places = [...named].map((_, index) => `$${index + 1}`).join(', ');
    await client.query(
      `insert into ${table.name} (${[...named.keys()].map(name).join(', ')}) values (${places})`,
      [...named.values()],
    );
  }
}
