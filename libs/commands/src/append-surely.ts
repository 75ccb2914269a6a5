import type { AppendResult, EncodedEvent, NonEmpty, Position } from '#event-store';
import { damagedIfItsOwn } from './damaged-stream.js';
import type { DeskTerms } from './desk-terms.js';
import { AccountDamaged, NotAnswered } from './errors.js';
import { isPermanent, type Patience } from './patience.js';

export interface Append {
  readonly stream: string;
  readonly expected: number;
  readonly events: NonEmpty<EncodedEvent>;
}

export interface Written {
  readonly position: Position | null;
  readonly attempts: number;
}

/**
 * Appends, and sends the same again for as long as the store does not say whether it is in.
 * null: it is not in, because the stream is elsewhere.
 */
export async function appendSurely(
  terms: DeskTerms,
  append: Append,
  patience: Patience,
): Promise<Written | null> {
  const { store, observer } = terms;
  const { stream, expected, events } = append;
  for (let attempts = 1; ; attempts += 1) {
    const result = await patience
      .attempt(store.append(stream, expected, events))
      .catch((cause: unknown) => unknownUnlessPermanent(append, cause));
    switch (result.kind) {
      case 'conflict':
        return null;
      case 'ok':
        refuseOtherPlace(append, result.revision);
        return { position: result.position, attempts };
      case 'unknown':
        observer.unknown(stream, result.cause);
        if (!(await patience.pause())) throw outcomeUnknown(result.cause);
    }
  }
}

function unknownUnlessPermanent({ stream, expected }: Append, cause: unknown): AppendResult {
  if (isPermanent(cause)) throw damagedIfItsOwn(stream, expected + 1, cause);
  return { kind: 'unknown', cause };
}

function refuseOtherPlace({ stream, expected, events }: Append, revision: number): void {
  if (revision === expected + events.length) return;
  throw new AccountDamaged(
    stream,
    expected + 1,
    `${events.length} events behind revision ${expected} were said to end at ${revision}`,
  );
}

const outcomeUnknown = (cause: unknown): NotAnswered =>
  new NotAnswered('outcome-unknown', 'The store did not say whether it wrote', { cause });
