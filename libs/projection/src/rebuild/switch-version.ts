import type { Pool } from 'pg';

import { retry, type RetryLimits } from '#async';

import {
  lockLiveVersion,
  inTransaction,
  lastIdsDiffer,
  makeLive,
  readCheckpoint,
} from '#read-model';

import type { Backfill } from './backfill.js';

export interface SwitchLimits extends RetryLimits {
  /** Readers wait behind an attempt to switch no longer than this. */
  readonly lockWaitMsMax: number;
}

export const SWITCH_LIMITS: SwitchLimits = {
  lockWaitMsMax: 500,
  backoffMsMin: 1_000,
  backoffMsMax: 2_000,
  attemptsMax: 120,
  totalMsMax: 300_000,
};

/** Ids that readers know would name other rows: the version must get ids of its own first. */
export class NumberedApartError extends Error {
  override readonly name = 'NumberedApartError';
}

export interface SwitchOptions {
  readonly pool: Pool;
  readonly name: string;
  readonly limits: SwitchLimits;
  /** A reader holds the tables, and the switch is retried: called with the number of attempts. */
  readonly onBlocked?: (tries: number) => void;
}

/**
 * Makes a version live in one short transaction, when it has seen all that the live one has, so that
 * nothing disappears for readers. Returns the version that was live.
 */
export async function switchTo(
  options: SwitchOptions,
  version: number,
  backfill: Backfill,
  signal: AbortSignal,
): Promise<number> {
  const { pool, name, limits } = options;
  let attempts = 0;
  const attempt = (): Promise<number> => {
    attempts += 1;
    return inTransaction(pool, async (client) => {
      const live = await lockLiveVersion(client, name, limits.lockWaitMsMax);
      const checkpoint = await readCheckpoint(client, name, live);
      const position = checkpoint?.position ?? null;
      if (position !== null) await backfill.runTo(position, signal);
      if (await lastIdsDiffer(client, { name, live, next: version }))
        throw new NumberedApartError();
      await makeLive(client, name, live, version);
      return live;
    });
  };
  try {
    return await retry(attempt, {
      ...limits,
      signal,
      isRetried: isLockTimeout,
      onRetry: () => options.onBlocked?.(attempts),
    });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

const isLockTimeout = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '55P03';
