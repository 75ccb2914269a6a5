import { PermanentStoreError } from '#event-store';
import { AccountDamaged } from './errors.js';

const SINGLE_STREAM_CODES: ReadonlySet<PermanentStoreError['code']> = new Set([
  'stream-deleted',
  'stream-truncated',
  'broken-order',
]);

/** Whether it is one stream that is wrong for good, and not the store. */
export const isDamagedStream = (error: unknown): error is PermanentStoreError =>
  error instanceof PermanentStoreError && SINGLE_STREAM_CODES.has(error.code);

/** What is wrong with one stream for good stops its account, and no other. */
export function asAccountDamaged(stream: string, revision: number, error: unknown): unknown {
  if (!isDamagedStream(error)) return error;
  return new AccountDamaged(stream, revision, error.message, { cause: error });
}
