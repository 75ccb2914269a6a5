import {
  BUSINESSES,
  COMMAND_POINTS_MAX,
  DURATION_SECONDS_MAX,
  ID_MAX,
  PRIORITY_MAX,
  REASON_MAX,
  SETTLE_WITHIN_SECONDS_MAX,
  SOURCE_ID_MAX,
  isOnCalendar,
  type LedgerCommand,
  type SourceType,
} from '#ledger';

/** Why the parser would have rejected such a command; null: it would have accepted it. */
export function commandFault(command: LedgerCommand): string | null {
  if (!isText(command.id, ID_MAX) || !isText(command.source, ID_MAX)) {
    return 'its command has an id or a source of a length that is not allowed';
  }
  const detail = timeFault(command.at);
  if (detail !== null) return detail;
  switch (command.type) {
    case 'RechargePoints':
      return (
        pointsFault(command.points, 1) ??
        (command.priority > PRIORITY_MAX ? `a priority of ${command.priority}` : null) ??
        timeFault(command.expiresAt) ??
        sourceFault(command.sourceId)
      );
    case 'ConsumePoints':
      return (
        pointsFault(command.points, 1) ??
        sourceFault(command.sourceId) ??
        consumptionFault(command.consumptionId ?? command.id) ??
        settleWithinFault(command.settleWithin) ??
        durationFault(command.duration, isBilledBySecond(command.sourceType))
      );
    case 'SettleConsumption':
      return (
        pointsFault(command.points, 0) ??
        consumptionFault(command.consumptionId) ??
        durationFault(command.duration, true)
      );
    case 'RefundPoints':
      return (
        consumptionFault(command.consumptionId) ??
        (command.reason !== null && !isText(command.reason, REASON_MAX)
          ? 'a reason of a length that is not allowed'
          : null)
      );
    case 'ExtendConsumption':
    case 'ReverseRecharge':
    case 'ReinstateRecharge':
      return `a ${command.type}, which rules 1 do not know`;
    case 'ExpirePoints':
      return null;
  }
}

const isBilledBySecond = (sourceType: string): boolean =>
  Object.hasOwn(BUSINESSES, sourceType) && BUSINESSES[sourceType as SourceType].billedBySecond;

/** Lengths are limited in code points, of which a text never has more than code units. */
const isText = (text: string, max: number): boolean =>
  text.length > 0 && (text.length <= max || [...text].length <= max);

const timeFault = (time: string | null): string | null =>
  time === null || isOnCalendar(time) ? null : `a time that there is not, ${time}`;

function pointsFault(points: number | null, min: number): string | null {
  if (points === null) return 'a command without points';
  return points >= min && points <= COMMAND_POINTS_MAX ? null : `a command of ${points} points`;
}

const sourceFault = (sourceId: string | null): string | null =>
  sourceId === null || isText(sourceId, SOURCE_ID_MAX) ? null : 'a source_id that is too long';

const consumptionFault = (consumptionId: string): string | null =>
  isText(consumptionId, ID_MAX) ? null : 'a consumption_id of a length that is not allowed';

function settleWithinFault(seconds: number | null): string | null {
  if (seconds === null) return null;
  const isAllowed =
    Number.isInteger(seconds) && seconds >= 1 && seconds <= SETTLE_WITHIN_SECONDS_MAX;
  return isAllowed ? null : `a pre-deduction that is open for ${seconds} seconds`;
}

function durationFault(seconds: number | null, billedBySecond: boolean): string | null {
  if (seconds === null) return null;
  if (!billedBySecond) return 'a duration for a business that is not billed by the second';
  return seconds <= DURATION_SECONDS_MAX ? null : `a duration of ${seconds} seconds`;
}
