import type { EventType } from '#ledger';

/** A record over the union, so that a new type that is missing here does not compile. */
const KNOWN: Readonly<Record<EventType, true>> = {
  PointsRecharged: true,
  PointsConsumed: true,
  ConsumptionExtended: true,
  ConsumptionSettled: true,
  PointsRefunded: true,
  PointsExpired: true,
  RechargeReversed: true,
  RechargeReinstated: true,
  DebtCollected: true,
  DebtForgiven: true,
  CommandRefused: true,
  AccountImported: true,
  LegacyRowsImported: true,
  AccountOpened: true,
  AccountHandedBack: true,
};

/** Of accounts, and of the streams that hold for all. */
export const EVENT_TYPES: ReadonlySet<string> = new Set([
  ...Object.keys(KNOWN),
  'SettingsPublished',
  'TakeOverStarted',
  'TakeOverFinished',
]);
