import type pg from 'pg';
import { isChangedMeanwhile, lockAccount, setState } from '../freeze/account-states.js';
import { appendBodies, type ImportSession } from '../ledger/append-bodies.js';
import { rollBack } from '../source/old-database.js';
import { refusedStream } from './import-rows.js';

export type ReleaseResult = 'free' | 'opened' | 'not frozen';

/** Frees an account that was frozen, unless it was opened. */
export async function releaseAccount(
  client: pg.Client,
  session: ImportSession,
  userId: string,
): Promise<ReleaseResult> {
  try {
    const state = await lockAccount(client, userId);
    const result = state === 'frozen' ? await releaseLocked(client, session, userId) : null;
    await client.query('commit');
    return result ?? (state === 'moved' ? 'opened' : 'not frozen');
  } catch (error) {
    await rollBack(client);
    // What was waited for is done: it is told as it is now.
    if (isChangedMeanwhile(error)) return releaseAccount(client, session, userId);
    throw error;
  }
}

/**
 * Within the transaction that has locked the account. One that was handed back is free for good. The events
 * of no rows are a fence: an opening that is still on its way is at a revision that is taken then, and comes
 * to nothing.
 */
export async function releaseLocked(
  client: pg.Client,
  session: ImportSession,
  userId: string,
): Promise<'free' | 'opened'> {
  const { importId, by, mapDigest, from } = session;
  let isOpened = false;
  await appendBodies(session, userId, new Date().toISOString(), (imported) => {
    const { account, statement } = imported;
    // No opening of ours can be on its way into a stream of another beginning.
    if (refusedStream(imported, importId) !== null) return null;
    const { phase, openedAt } = account.takeOver ?? { phase: null, openedAt: null };
    if (phase === 'handed_back') return null;
    isOpened = openedAt !== null;
    if (isOpened) return null;
    const { throughId } = statement;
    const fence = { importId, rows: [], gone: [], altered: [], throughId };
    const begin = { importId, from, by, mapDigest };
    return [
      ...(account.revision < 0 ? [{ type: 'AccountImported', ...begin } as const] : []),
      { type: 'LegacyRowsImported', ...fence },
    ];
  });
  await setState(client, userId, isOpened ? 'moved' : 'free');
  return isOpened ? 'opened' : 'free';
}
