import type { LedgerCommand } from './commands.js';
import type { LedgerEvent, NonEmpty } from './events.js';
import type { MessageRefusalCode, RefusalCode, RefusalDetails } from './refusals.js';

/** The answer to the sender of a command. The same events always give the same answer. */
export interface Answer {
  readonly status: 'accepted' | 'refused';
  readonly code: RefusalCode | MessageRefusalCode | null;
  readonly details: RefusalDetails | null;
  readonly balance: number;
  readonly consumptionId: string | null;
  readonly batchId: number | null;
  /** Revision of the last event recorded for the command; null: none was recorded. */
  readonly revision: number | null;
  readonly replayed: boolean;
}

/** The answer that follows from the events recorded for the command, from that revision on. */
export function answerTo(
  command: LedgerCommand,
  events: NonEmpty<LedgerEvent>,
  firstRevision: number,
): Answer {
  const last = events.at(-1) ?? events[0];
  const refused = events.find((event) => event.type === 'CommandRefused');
  const recharged = events.find((event) => event.type === 'PointsRecharged');
  return {
    status: refused ? 'refused' : 'accepted',
    code: refused?.code ?? null,
    details: refused?.details ?? null,
    balance: last.balanceAfter,
    consumptionId: consumptionIdOf(command),
    batchId: recharged?.batchId ?? null,
    revision: firstRevision + events.length - 1,
    replayed: false,
  };
}

/** The answer to a command whose id was answered before, from the events recorded then. */
export function repeatAnswer(
  command: LedgerCommand,
  events: NonEmpty<LedgerEvent>,
  firstRevision: number,
  balanceNow: number,
): Answer {
  if (events[0].digest !== command.digest)
    return unrecordedAnswer(command, balanceNow, 'CommandIdReused');
  return { ...answerTo(command, events, firstRevision), replayed: true };
}

/** The answer to a command for which no event is recorded. */
export function answerUnrecorded(
  command: LedgerCommand,
  decision: { readonly kind: 'nothing' | 'tooLate' },
  balanceNow: number,
): Answer {
  return unrecordedAnswer(command, balanceNow, decision.kind === 'tooLate' ? 'TooLate' : null);
}

function unrecordedAnswer(
  command: LedgerCommand,
  balance: number,
  code: MessageRefusalCode | null,
): Answer {
  return {
    status: code === null ? 'accepted' : 'refused',
    code,
    details: code === null ? null : {},
    balance,
    consumptionId: consumptionIdOf(command),
    batchId: null,
    revision: null,
    replayed: false,
  };
}

const consumptionIdOf = (command: LedgerCommand): string | null =>
  'consumptionId' in command ? command.consumptionId : null;
