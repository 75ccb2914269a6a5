import type { AppendResult, EncodedEvent, NonEmpty, Position } from '#event-store';
import { asAccountDamaged } from './damaged-stream.js';
import { AccountDamaged, RetryableCommandError } from './errors.js';
import type { ProcessorContext } from './processor-options.js';
import { isPermanent, type StoreRetry } from './store-retry.js';

export interface AppendRequest {
  readonly stream: string;
  readonly expected: number;
  readonly events: NonEmpty<EncodedEvent>;
}

export interface AppendedBatch {
  readonly position: Position | null;
  readonly attempts: number;
}

/**
 * Appends, and sends the same events again while the outcome is unknown: the store recognises them
 * by their ids. Returns null on a conflict, when nothing was written.
 */
export async function appendWithRetry(
  { store, observer }: ProcessorContext,
  request: AppendRequest,
  retry: StoreRetry,
): Promise<AppendedBatch | null> {
  const { stream, expected, events } = request;
  for (let attempts = 1; ; attempts += 1) {
    const result = await retry
      .attempt(store.append(stream, expected, events))
      .catch((cause: unknown) => asUnknownOutcome(request, cause));
    switch (result.kind) {
      case 'conflict':
        return null;
      case 'ok':
        assertRevision(request, result.revision);
        return { position: result.position, attempts };
      case 'unknown':
        observer.appendOutcomeUnknown(stream, result.cause);
        if (!(await retry.backOff())) throw outcomeUnknown(result.cause);
    }
  }
}

function asUnknownOutcome({ stream, expected }: AppendRequest, cause: unknown): AppendResult {
  if (isPermanent(cause)) throw asAccountDamaged(stream, expected + 1, cause);
  return { kind: 'unknown', cause };
}

function assertRevision({ stream, expected, events }: AppendRequest, revision: number): void {
  if (revision === expected + events.length) return;
  throw new AccountDamaged(
    stream,
    expected + 1,
    `the store reports revision ${revision} after ${events.length} events behind revision ${expected}`,
  );
}

const outcomeUnknown = (cause: unknown): RetryableCommandError =>
  new RetryableCommandError('outcome-unknown', 'The store did not confirm the append', { cause });
