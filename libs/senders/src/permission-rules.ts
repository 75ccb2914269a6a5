import type { Account, CommandType, LedgerCommand, LedgerEvent } from '#ledger';
import type { Denial, DenialCause } from './denial.js';
import type { Sender } from './sender.js';

/** The denial that follows from the command alone, before any account is loaded, or null. */
export function denialOfCommand(sender: Sender, command: LedgerCommand): Denial | null {
  const { types, sourceTypes, pointsMax } = sender;
  if (!types.has(command.type)) {
    return denialTo(sender, 'type', `send ${command.type}: its types are ${[...types].join(', ')}`);
  }
  if (command.type === 'ConsumePoints' && sourceTypes?.has(command.sourceType) === false) {
    return denialTo(
      sender,
      'source_type',
      `consume for ${command.sourceType}: ${allowedSourceTypes(sourceTypes)}`,
    );
  }
  const points = 'points' in command ? command.points : null;
  return pointsMax !== null && points !== null && points > pointsMax
    ? tooManyPoints(sender, points, pointsMax)
    : null;
}

/** What a command does to a consumption, whose business its sender must be permitted. */
const CONSUMPTION_VERBS: Partial<Record<CommandType, string>> = {
  ExtendConsumption: 'extend',
  SettleConsumption: 'settle',
  RefundPoints: 'refund',
};

/**
 * The denial that follows from what the command would record, or null. The source type of an
 * extension, settlement or refund is that of its consumption, and the points of a full refund or
 * reversal, or of a quantity, are known only when it is decided.
 */
export function denialOfRecording(
  sender: Sender,
  command: LedgerCommand,
  points: number,
  account: Pick<Account, 'consumptions'>,
): Denial | null {
  const { sourceTypes, pointsMax } = sender;
  const verb = CONSUMPTION_VERBS[command.type];
  if (sourceTypes !== null && verb !== undefined && 'consumptionId' in command) {
    const business = account.consumptions.get(command.consumptionId ?? '')?.sourceType;
    if (business !== undefined && !sourceTypes.has(business)) {
      return denialTo(
        sender,
        'source_type',
        `${verb} a consumption for ${business}: ${allowedSourceTypes(sourceTypes)}`,
      );
    }
  }
  return pointsMax !== null && points > pointsMax ? tooManyPoints(sender, points, pointsMax) : null;
}

/**
 * The points that a command recharges, consumes, refunds, reverses or reinstates, and the debts that
 * it makes or forgives. Left out are points that expire or fall due before it, what a settlement
 * returns of its estimate, and what is collected: it was counted when it became a debt.
 */
export function pointsMovedBy(events: readonly LedgerEvent[]): number {
  let points = 0;
  for (const event of events) points += pointsMovedByEvent(event);
  return points;
}

function pointsMovedByEvent(event: LedgerEvent): number {
  switch (event.type) {
    case 'PointsRecharged':
    case 'PointsConsumed':
    case 'RechargeReinstated':
    case 'DebtForgiven':
      return event.points;
    case 'PointsRefunded':
      return event.cause === 'refunded' || event.cause === 'cancelled' ? event.points : 0;
    case 'ConsumptionSettled':
      return event.owed;
    case 'RechargeReversed':
      return event.points + event.owed;
    case 'ConsumptionExtended':
    case 'PointsExpired':
    case 'DebtCollected':
    case 'CommandRefused':
    case 'AccountImported':
    case 'LegacyRowsImported':
    case 'AccountOpened':
    case 'AccountHandedBack':
      return 0;
  }
}

export const denialTo = (sender: Sender, cause: DenialCause, what: string): Denial => ({
  cause,
  sender: sender.name,
  detail: `the sender ${sender.name} may not ${what}`,
});

const tooManyPoints = (sender: Sender, points: number, max: number): Denial =>
  denialTo(sender, 'points', `move ${points} points by one command: its points_max is ${max}`);

const allowedSourceTypes = (sourceTypes: ReadonlySet<string>): string =>
  `its source_types are ${[...sourceTypes].join(', ')}`;
