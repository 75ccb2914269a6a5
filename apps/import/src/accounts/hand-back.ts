import type pg from 'pg';
import type { Mapping } from '#import';
import { lockAccount, setState } from '../freeze/account-states.js';
import { appendBodies, type ImportSession } from '../ledger/append-bodies.js';
import { rollBack } from '../source/old-database.js';
import type { OldTables } from '../source/old-tables.js';
import { readHistory, type AccountHistory } from './account-history.js';
import { writeBack } from './write-back.js';

export interface WrittenBack {
  readonly kind: 'written';
  readonly balance: number;
  readonly rows: number;
  readonly held: number;
  /** The old service knows no debts. */
  readonly owed: number;
}

export type HandBackResult = WrittenBack | { readonly kind: 'not open here' };

/**
 * Ends an account here, and then gives it back in one transaction there: its rows, its batches, and the
 * right to write it. Killed in between, nobody serves it, and the same goes on. It is never served twice.
 */
export async function handBack(
  client: pg.ClientBase,
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
    await rollBack(client);
    throw error;
  }
}

async function handBackLocked(
  client: pg.ClientBase,
  tables: OldTables,
  mapping: Mapping,
  session: ImportSession,
  userId: string,
): Promise<HandBackResult> {
  const { by, ledger } = session;
  const before = await readHistory(ledger.store, userId);
  // Of the take-over that opened it, which may be an earlier one.
  const importId = before.account.takeOver?.importId ?? session.importId;
  if (before.account.takeOver?.phase === 'opened' && before.since !== null) {
    // Whatever the old tables refuse is told before the account ends here.
    await client.query('savepoint rehearsal');
    await setState(client, userId, 'free');
    await writeBack(client, tables, mapping, before.since);
    await client.query('rollback to savepoint rehearsal');
  }
  await appendBodies({ ...session, importId }, userId, new Date().toISOString(), ({ account }) => {
    if (account.takeOver?.phase !== 'opened') return null;
    const { balance, held, owed } = account;
    return [{ type: 'AccountHandedBack', importId, balance, held, owed: owed ?? 0, by }];
  });
  const { account, since } = await readHistory(ledger.store, userId);
  if (account.takeOver?.phase !== 'handed_back' || since === null) return { kind: 'not open here' };
  await setState(client, userId, 'free');
  await writeBack(client, tables, mapping, since);
  return writtenBack(account, since);
}

export const writtenBack = (
  { balance, held, owed }: AccountHistory['account'],
  { rows }: NonNullable<AccountHistory['since']>,
): WrittenBack => ({ kind: 'written', balance, held, owed, rows: rows.length });
