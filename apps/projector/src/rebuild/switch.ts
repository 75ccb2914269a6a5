import type { Pool } from 'pg';

import { lockLiveVersion, inTransaction, makeLive, readCheckpoint } from '#read-model';

import { pause } from '../pause.js';
import type { Feeder } from './feeder.js';

export interface SwitchTerms {
  /** For that long at most the switch stands in the way of readers, each time it tries. */
  readonly lockWaitMsMax: number;
  readonly triesMax: number;
  readonly betweenTriesMs: number;
}

export const SWITCH: SwitchTerms = { lockWaitMsMax: 500, triesMax: 120, betweenTriesMs: 1_000 };

export interface SwitchParts {
  readonly pool: Pool;
  readonly name: string;
  readonly terms: SwitchTerms;
  /** Somebody reads for long: it is tried again. */
  readonly waits?: (tries: number) => void;
}

/**
 * Makes a version live in one short transaction, at a moment when it has seen all that the live
 * one has: nobody who reads goes back in time. Gives the version that was live.
 */
export async function switchTo(
  parts: SwitchParts,
  version: number,
  feeder: Feeder,
  signal: AbortSignal,
): Promise<number> {
  const { pool, name, terms } = parts;
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    try {
      return await inTransaction(pool, async (client) => {
        const live = await lockLiveVersion(client, name, terms.lockWaitMsMax);
        const checkpoint = await readCheckpoint(client, name, live);
        const position = checkpoint?.position ?? null;
        if (position !== null) await feeder.upTo(position, signal);
        await makeLive(client, name, live, version);
        return live;
      });
    } catch (error) {
      if (!isLockTimeout(error) || tries >= terms.triesMax) throw error;
      parts.waits?.(tries);
      await pause(terms.betweenTriesMs, signal);
    }
  }
}

const isLockTimeout = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '55P03';
