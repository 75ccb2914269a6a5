import type { LedgerCommand } from '../account/commands.js';
import type { LedgerEvent } from '../account/events.js';
import type { AccountPolicy as Policy } from '../settings/policy.js';

// A reference model of both windows of an account, computed from its whole history: slow, and too
// simple to be wrong.

const DAY = 86_400_000;
const isWithin = (days: number, then: string, now: string): boolean =>
  Date.parse(now) - Date.parse(then) <= days * DAY;

interface Answered {
  readonly commandId: string;
  readonly revision: number;
  readonly at: string;
  readonly receivedAt: string;
}

/** The commands for which events were recorded, in order, without consecutive duplicates. */
function answeredCommands(history: readonly LedgerEvent[]): Answered[] {
  const answered: Answered[] = [];
  history.forEach(({ commandId, at, receivedAt }, revision) => {
    const last = answered.at(-1);
    if (last?.commandId === commandId && last.receivedAt === receivedAt) return;
    answered.push({ commandId, revision, at, receivedAt });
  });
  return answered;
}

const effectiveTime = (command: LedgerCommand, history: readonly LedgerEvent[]): string => {
  const last = history.at(-1)?.at ?? '';
  return last > command.at ? last : command.at;
};

/** The revision of the first answer, or 'too late', or null for a new command. */
export function expectedAnswer(
  command: LedgerCommand,
  history: readonly LedgerEvent[],
  policy: Policy,
): number | 'too late' | null {
  const now = effectiveTime(command, history);
  const answered = answeredCommands(history);
  const isForgotten = ({ at }: Answered, place: number): boolean => {
    const newer = answered.length - 1 - place;
    if (newer >= policy.rememberMax) return true;
    return newer >= policy.rememberMin && !isWithin(policy.rememberDays, at, now);
  };
  const known = answered.filter((one, place) => !isForgotten(one, place));
  const found = known.find(({ commandId }) => commandId === command.commandId);
  if (found) return found.revision;
  const isTooLate = answered.some(
    (one, place) => isForgotten(one, place) && command.at <= one.receivedAt,
  );
  return isTooLate ? 'too late' : null;
}

/** The revision of the consumption retained under that id after those events; null: none. */
export function expectedConsumption(
  consumptionId: string,
  now: string,
  history: readonly LedgerEvent[],
  policy: Policy,
): number | null {
  const begun = history.flatMap((event, revision) =>
    event.type === 'PointsConsumed' && event.of === null && event.consumptionId === consumptionId
      ? [revision]
      : [],
  );
  const of = begun.at(-1);
  if (of === undefined) return null;
  const closings = closingsOf(history);
  const rank = closings.findLastIndex((closing) => closing.of === of);
  const closing = closings[rank];
  if (!closing || openDebt(of, history) > 0) return of;
  const isAmongLast = closings.length - 1 - rank < policy.consumptionsMax;
  return isAmongLast && isWithin(policy.refundableDays, closing.at, now) ? of : null;
}

/** Every time that a consumption closed or timed out. */
export function closingsOf(history: readonly LedgerEvent[]): { of: number; at: string }[] {
  return history.flatMap((event, revision) => {
    const { at } = event;
    if (event.type === 'ConsumptionSettled') return [{ of: event.of, at }];
    if (event.type === 'PointsConsumed' && event.of === null && event.settleBy === null) {
      return [{ of: revision, at }];
    }
    if (event.type === 'DebtCollected' && event.consumptionId !== null) {
      return [{ of: event.of, at }];
    }
    const closes = event.type === 'PointsRefunded' && /cancelled|timed_out/.test(event.cause);
    return closes ? [{ of: event.of, at }] : [];
  });
}

/** What is still owed for a consumption or a recharge after those events. */
export function openDebt(of: number, history: readonly LedgerEvent[]): number {
  let debt = 0;
  for (const event of history) {
    if (!('of' in event) || event.of !== of) continue;
    if (event.type === 'ConsumptionSettled' || event.type === 'RechargeReversed')
      debt += event.owed;
    if (event.type === 'DebtCollected' || event.type === 'DebtForgiven') debt -= event.points;
  }
  return debt;
}

/** The revision of the recharge remembered under that id after those events; null: none. */
export function expectedRecharge(
  rechargeId: string,
  history: readonly LedgerEvent[],
  { rechargesMax = 0 }: Policy,
  hasPointsLeft: (batchId: number) => boolean,
): number | null {
  const recharges = history.flatMap((event, of) =>
    event.type === 'PointsRecharged' ? [{ of, event }] : [],
  );
  const found = recharges.findLast(
    ({ of, event }, place) =>
      event.rechargeId === rechargeId &&
      (recharges.length - place <= rechargesMax ||
        hasPointsLeft(event.batchId) ||
        openDebt(of, history) > 0),
  );
  return found?.of ?? null;
}
