import { NO_STREAM } from '#event-store';
import { appendWithRetry, type AppendedBatch } from './append-with-retry.js';
import type { CommandBatch } from './command-batch.js';
import type { ProcessorContext } from './processor-options.js';
import { readPage } from './read-page.js';
import type { StoreRetry } from './store-retry.js';

/** The state on which a batch was decided. */
export interface BatchState {
  /** The state was loaded for the current batch, so that it is not older than its commands. */
  isFresh: boolean;
  /** The state came from a snapshot that was found wrong. No command is decided on it any more. */
  isInvalidated: boolean;
}

/** Appends the events of a batch. Null on a conflict: the batch was decided on an outdated state. */
export async function recordBatch(
  context: ProcessorContext,
  batch: CommandBatch,
  { isFresh, isInvalidated }: Readonly<BatchState>,
  retry: StoreRetry,
): Promise<AppendedBatch | null> {
  const { stream, expected, decided } = batch;
  const { clock, observer } = context;
  const [first, ...rest] = batch.events;
  if (first === undefined) {
    const isCurrent = isFresh || (await isEndOfStream(context, batch, retry));
    return isCurrent ? { position: null, attempts: 0 } : null;
  }
  if (isInvalidated) return null;
  const started = clock.now();
  const append = { stream, expected, events: [first, ...rest] } as const;
  const appended = await appendWithRetry(context, append, retry);
  if (appended !== null) {
    observer.appended({
      stream,
      commands: decided.length,
      events: append.events.length,
      ms: clock.now() - started,
      attempts: appended.attempts,
    });
    if (batch.debtChanges.length > 0) observer.debtsChanged(batch.debtChanges);
  }
  return appended;
}

/** A batch without events has no append to detect a conflict, so the end of the stream is read. */
async function isEndOfStream(
  { store, observer }: ProcessorContext,
  { stream, expected, hash }: CommandBatch,
  retry: StoreRetry,
): Promise<boolean> {
  const [last, ...newer] = await retry.read(
    () => readPage(store, stream, Math.max(expected, 0), 2),
    (cause) => observer.readFailed(stream, cause),
  );
  const isLastEvent =
    expected === NO_STREAM
      ? last === undefined
      : last !== undefined && Buffer.compare(last.hash, hash) === 0;
  return isLastEvent && newer.length === 0;
}
