import type pg from 'pg';
import type { AppendResult } from '../port.js';
import type { Append, SameIds } from './append-call.js';
import { readStream } from './read-queries.js';

/**
 * Event ids are derived from the command and the revision, so that two writers may use the same ids
 * for different answers to one command (received at another time, or with another body). Only an equal
 * chain hash proves that the stored events are the same; otherwise the append conflicts.
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
