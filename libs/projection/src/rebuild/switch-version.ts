import type { Pool } from 'pg';

import {
  lockLiveVersion,
  inTransaction,
  lastIdsDiffer,
  makeLive,
  readCheckpoint,
} from '#read-model';

import { sleep } from '../sleep.js';
import type { Backfill } from './backfill.js';

export interface SwitchLimits {
  /** For that long at most the switch stands in the way of readers, each time it tries. */
  readonly lockWaitMsMax: number;
  readonly triesMax: number;
  readonly betweenTriesMs: number;
}

export const SWITCH_LIMITS: SwitchLimits = {
  lockWaitMsMax: 500,
  triesMax: 120,
  betweenTriesMs: 1_000,
};

/** Ids that were given out would name other rows: the version needs ids of its own first. */
export class NumberedApartError extends Error {
  override readonly name = 'NumberedApartError';
}

export interface SwitchOptions {
  readonly pool: Pool;
  readonly name: string;
  readonly limits: SwitchLimits;
  /** Somebody reads for long: it is tried again. */
  readonly onBlocked?: (tries: number) => void;
}

/**
 * Makes a version live in one short transaction, at a moment when it has seen all that the live
 * one has: nobody who reads goes back in time. Gives the version that was live.
 */
export async function switchTo(
  options: SwitchOptions,
  version: number,
  backfill: Backfill,
  signal: AbortSignal,
): Promise<number> {
  const { pool, name, limits } = options;
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    try {
      return await inTransaction(pool, async (client) => {
        const live = await lockLiveVersion(client, name, limits.lockWaitMsMax);
        const checkpoint = await readCheckpoint(client, name, live);
        const position = checkpoint?.position ?? null;
        if (position !== null) await backfill.runTo(position, signal);
        if (await lastIdsDiffer(client, { name, live, next: version }))
          throw new NumberedApartError();
        await makeLive(client, name, live, version);
        return live;
      });
    } catch (error) {
      if (!isLockTimeout(error) || tries >= limits.triesMax) throw error;
      options.onBlocked?.(tries);
      await sleep(limits.betweenTriesMs, signal);
    }
  }
}

const isLockTimeout = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '55P03';
