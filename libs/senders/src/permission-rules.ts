import type { Account, LedgerCommand, LedgerEvent } from '#ledger';
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

/**
 * The denial that follows from what the command would record, or null. The source type of a
 * settlement or refund is that of its consumption, and the points of a full refund are known only
 * when it is decided.
 */
export function denialOfRecording(
  sender: Sender,
  command: LedgerCommand,
  points: number,
  account: Pick<Account, 'consumptions'>,
): Denial | null {
  const { sourceTypes, pointsMax } = sender;
  if (
    sourceTypes !== null &&
    (command.type === 'SettleConsumption' || command.type === 'RefundPoints')
  ) {
    const business = account.consumptions.get(command.consumptionId)?.sourceType;
    if (business !== undefined && !sourceTypes.has(business)) {
      const what = command.type === 'RefundPoints' ? 'refund' : 'settle';
      return denialTo(
        sender,
        'source_type',
        `${what} a consumption for ${business}: ${allowedSourceTypes(sourceTypes)}`,
      );
    }
  }
  return pointsMax !== null && points > pointsMax ? tooManyPoints(sender, points, pointsMax) : null;
}

/**
 * The points that a command recharges, consumes or refunds. Points that expire before it, and points
 * that a settlement returns from its estimate, are not counted.
 */
export function pointsMovedBy(events: readonly LedgerEvent[]): number {
  let points = 0;
  for (const event of events) {
    if (event.type === 'PointsRecharged' || event.type === 'PointsConsumed') points += event.points;
    if (
      event.type === 'PointsRefunded' &&
      (event.cause === 'refunded' || event.cause === 'cancelled')
    ) {
      points += event.points;
    }
  }
  return points;
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
