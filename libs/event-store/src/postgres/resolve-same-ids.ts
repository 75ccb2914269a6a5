import type pg from 'pg';
import type { AppendResult } from '../port.js';
import type { Append, SameIds } from './append-call.js';
import { readStream } from './read-queries.js';

/**
 * Event ids follow from the command and the place, and two writers may have given them to different
 * answers to the same command (received at another moment, or with another body). Only the same
 * chain hash means that the same events stand there; anything else is a conflict like any other.
 */
export async function resolveSameIds(
  pool: pg.Pool,
  { stream, events }: Append,
  { revision, position }: SameIds,
): Promise<AppendResult> {
  const own = events.at(-1) ?? events[0];
  try {
    for await (const there of readStream(pool, stream, { from: revision, limit: 1 })) {
      if (Buffer.compare(there.hash, own.hash) === 0) return { kind: 'ok', revision, position };
    }
    for await (const last of readStream(pool, stream, { backwards: true, limit: 1 })) {
      return { kind: 'conflict', actual: last.revision };
    }
    return { kind: 'conflict', actual: null };
  } catch (cause) {
    return { kind: 'unknown', cause };
  }
}
