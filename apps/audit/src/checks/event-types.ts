import type { EventType } from '#ledger';

const KNOWN: Readonly<Record<EventType, true>> = {
  PointsRecharged: true,
  PointsConsumed: true,
  ConsumptionSettled: true,
  PointsRefunded: true,
  PointsExpired: true,
  CommandRefused: true,
};

export const EVENT_TYPES: ReadonlySet<string> = new Set(Object.keys(KNOWN));
