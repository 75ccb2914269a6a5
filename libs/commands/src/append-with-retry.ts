import type { AppendResult, EncodedEvent, NonEmpty, Position } from '#event-store';
import { asAccountDamaged } from './damaged-stream.js';
import type { ProcessorContext } from './processor-options.js';
import { AccountDamaged, RetryableCommandError } from './errors.js';
import { isPermanent, type RetryBudget } from './retry-budget.js';

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
 * Appends, and sends the same again for as long as the store does not say whether it is in.
 * null: it is not in, because the stream is elsewhere.
 */
export async function appendWithRetry(
  context: ProcessorContext,
  request: AppendRequest,
  retryBudget: RetryBudget,
): Promise<AppendedBatch | null> {
  const { store, observer } = context;
  const { stream, expected, events } = request;
  for (let attempts = 1; ; attempts += 1) {
    const result = await retryBudget
      .attempt(store.append(stream, expected, events))
      .catch((cause: unknown) => asUnknownOutcome(request, cause));
    switch (result.kind) {
      case 'conflict':
        return null;
      case 'ok':
        assertRevision(request, result.revision);
        return { position: result.position, attempts };
      case 'unknown':
        observer.unknown(stream, result.cause);
        if (!(await retryBudget.backOff())) throw outcomeUnknown(result.cause);
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
    `${events.length} events behind revision ${expected} were said to end at ${revision}`,
  );
}

const outcomeUnknown = (cause: unknown): RetryableCommandError =>
  new RetryableCommandError('outcome-unknown', 'The store did not say whether it wrote', { cause });
