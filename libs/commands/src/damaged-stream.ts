import { PermanentStoreError } from '#event-store';
import { AccountDamaged } from './errors.js';

const SINGLE_STREAM_CODES: ReadonlySet<PermanentStoreError['code']> = new Set([
  'stream-deleted',
  'stream-truncated',
  'broken-order',
]);

/** Whether a single stream is permanently wrong, and not the whole store. */
export const isDamagedStream = (error: unknown): error is PermanentStoreError =>
  error instanceof PermanentStoreError && SINGLE_STREAM_CODES.has(error.code);

/** Turns the error into one that stops its account and no other, if it concerns a single stream. */
export function asAccountDamaged(stream: string, revision: number, error: unknown): unknown {
  if (!isDamagedStream(error)) return error;
  return new AccountDamaged(stream, revision, error.message, { cause: error });
}
