import type { Pool } from 'pg';

import { PermanentStoreError, type EventStore } from '#event-store';
import { accountStream } from '#identity';
import { readCheckpoints, readParkedAccounts, unpark, type ParkedAccount } from '#read-model';

export type UnparkResult =
  | {
      readonly kind: 'unparked';
      readonly userId: string;
      readonly events: number;
      readonly rows: number;
    }
  | { readonly kind: 'not-parked'; readonly userId: string }
  | { readonly kind: 'refused'; readonly userId: string; readonly reason: string };

export interface UnparkOptions {
  readonly store: Pick<EventStore, 'readStream'>;
  readonly pool: Pool;
  readonly name: string;
}

/**
 * Refolds parked accounts from their streams, each in its own transaction, in the live version and in the
 * one that is kept for a rollback. A rebuild retries all accounts anyway.
 */
export async function* unparkAccounts(
  options: UnparkOptions,
  userIds: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<UnparkResult> {
  for (const userId of userIds) {
    signal.throwIfAborted();
    yield await unparkAccount(options, userId);
  }
}

export const parkedAccounts = ({ pool, name }: Omit<UnparkOptions, 'store'>) =>
  readParkedAccounts(pool, name);

export const userIdsOf = (accounts: readonly ParkedAccount[]): readonly string[] =>
  accounts.map(({ userId }) => userId);

async function unparkAccount(options: UnparkOptions, userId: string): Promise<UnparkResult> {
  let result: UnparkResult = { kind: 'not-parked', userId };
  for (const { version, state } of await readCheckpoints(options.pool, options.name)) {
    if (state === 'building') continue;
    const outcome = await unparkIn(options, version, userId);
    if (outcome.kind === 'refused') return outcome;
    if (outcome.kind === 'unparked' && (state === 'live' || result.kind === 'not-parked')) {
      result = outcome;
    }
  }
  return result;
}

/** Refolds one account in one version of the tables. */
export async function unparkIn(
  { store, pool, name }: UnparkOptions,
  version: number,
  userId: string,
): Promise<UnparkResult> {
  try {
    const stream = store.readStream(accountStream(userId));
    const outcome = await unpark(pool, { name, version }, userId, stream);
    if (outcome.kind !== 'still-poisoned') return { ...outcome, userId };
    const { reason, revision, detail } = outcome.poison;
    return { kind: 'refused', userId, reason: `${reason} at revision ${revision}: ${detail}` };
  } catch (error) {
    if (!(error instanceof PermanentStoreError)) throw error;
    return { kind: 'refused', userId, reason: `${error.code}: ${error.message}` };
  }
}
