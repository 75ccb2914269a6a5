import type { CommandType, LedgerCommand } from './commands.js';
import { rulesOf, type LedgerEvent, type NonEmpty } from './events.js';
import type { MessageRefusalCode, RefusalCode, RefusalDetails } from './refusals.js';
import { consumptionIdOf, rechargeIdOf } from './command-ids.js';
import type { RulesNumber } from '../settings/settings.js';

/** The answer to the sender of a command. The same events always give the same answer. */
export interface Answer {
  readonly status: 'accepted' | 'refused';
  readonly code: RefusalCode | MessageRefusalCode | null;
  readonly details: RefusalDetails | null;
  readonly balance: number;
  /** What the account owes after the command. */
  readonly owed: number;
  /** What the command's own events moved; null: nothing. */
  readonly points: number | null;
  /** What of the points that came in paid debts, those that fell due included; null: nothing. */
  readonly collected: number | null;
  /** What nobody will pay of a settlement or a reversal; null: it is neither, or was refused. */
  readonly uncollected: number | null;
  readonly consumptionId: string | null;
  readonly rechargeId: string | null;
  readonly batchId: number | null;
  /** Revision of the last event recorded for the command; null: none was recorded. */
  readonly revision: number | null;
  readonly replayed: boolean;
}

/** What an answer for which nothing is recorded says of the account as it is now. */
export interface AccountNow {
  readonly balance: number;
  readonly owed: number;
}

/** What a command is about: what an answer takes from it, and not from the events. */
export interface CommandSubject {
  readonly type: CommandType;
  readonly consumptionId: string | null;
  readonly rechargeId: string | null;
}

/** The answer that follows from the events recorded for the command, from that revision on. */
export function answerTo(
  command: LedgerCommand,
  events: NonEmpty<LedgerEvent>,
  firstRevision: number,
): Answer {
  return recordedAnswer(subjectOf(command, events), events, firstRevision);
}

export const subjectOf = (
  command: LedgerCommand,
  events: NonEmpty<LedgerEvent>,
): CommandSubject => ({
  type: command.type,
  consumptionId: consumptionIdOf(command, rulesOf(events.at(-1) ?? events[0])),
  rechargeId: rechargeIdOf(command),
});

/** The same for a command of which only that is known. */
export function recordedAnswer(
  command: CommandSubject,
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
    owed: last.owedAfter ?? 0,
    points: orNull(sumOf(events, pointsMovedBy)),
    collected: orNull(sumOf(events, pointsCollectedBy)),
    uncollected: refused ? null : uncollectedOf(command, events),
    consumptionId: command.consumptionId,
    rechargeId: command.rechargeId,
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
  now: AccountNow,
): Answer {
  if (events[0].digest !== command.digest) {
    // By the rules of then, because what is sent again must be answered alike.
    return unrecordedAnswer(command, now, rulesOf(events[0]), 'CommandIdReused');
  }
  return { ...answerTo(command, events, firstRevision), replayed: true };
}

/** The answer to a command for which no event is recorded. The rules are those in force when it came. */
export function answerUnrecorded(
  command: LedgerCommand,
  decision: { readonly kind: UnrecordedKind },
  now: AccountNow,
  rules: RulesNumber,
): Answer {
  return unrecordedAnswer(command, now, rules, CODES[decision.kind]);
}

type UnrecordedKind = 'nothing' | 'tooLate' | 'notTakenOver';

const CODES: Readonly<Record<UnrecordedKind, MessageRefusalCode | null>> = {
  nothing: null,
  tooLate: 'TooLate',
  notTakenOver: 'NotTakenOver',
};

function unrecordedAnswer(
  command: LedgerCommand,
  { balance, owed }: AccountNow,
  rules: RulesNumber,
  code: MessageRefusalCode | null,
): Answer {
  return {
    status: code === null ? 'accepted' : 'refused',
    code,
    details: code === null ? null : {},
    balance,
    owed,
    points: null,
    collected: null,
    uncollected: null,
    consumptionId: consumptionIdOf(command, rules),
    rechargeId: rechargeIdOf(command),
    batchId: null,
    revision: null,
    replayed: false,
  };
}

/** Not what fell due, was collected or forgiven, or came back dead. */
function pointsMovedBy(event: LedgerEvent): number {
  switch (event.type) {
    case 'PointsRecharged':
    case 'PointsConsumed':
    case 'RechargeReversed':
    case 'RechargeReinstated':
      return event.points;
    case 'PointsRefunded':
      return event.cause === 'timed_out' ? 0 : event.points;
    case 'ConsumptionExtended':
    case 'ConsumptionSettled':
    case 'PointsExpired':
    case 'DebtCollected':
    case 'DebtForgiven':
    case 'CommandRefused':
    case 'AccountImported':
    case 'LegacyRowsImported':
    case 'AccountOpened':
    case 'AccountHandedBack':
      return 0;
  }
}

const pointsCollectedBy = (event: LedgerEvent): number =>
  event.type === 'DebtCollected' ? event.points : 0;

function sumOf(events: readonly LedgerEvent[], pointsOf: (event: LedgerEvent) => number): number {
  let sum = 0;
  for (const event of events) sum += pointsOf(event);
  return sum;
}

const orNull = (points: number): number | null => (points === 0 ? null : points);

function uncollectedOf(
  command: Pick<CommandSubject, 'type'>,
  events: readonly LedgerEvent[],
): number | null {
  if (command.type === 'ReverseRecharge') {
    return events.find((event) => event.type === 'RechargeReversed')?.uncollected ?? null;
  }
  if (command.type !== 'SettleConsumption') return null;
  // A pre-deduction that was charged when it timed out was settled before, and not by the command.
  const own = events.findLast((event) => event.type === 'ConsumptionSettled');
  return own?.uncollected ?? null;
}
