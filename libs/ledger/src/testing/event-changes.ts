import type { AccountEvent } from '../account/events.js';
import type { EventBody } from './event-builders.js';

// What an event changes, by its type alone.

export function balanceChangeOf(event: EventBody<AccountEvent>): number {
  switch (event.type) {
    case 'PointsRecharged':
    case 'PointsRefunded':
    case 'RechargeReinstated':
      return event.points;
    case 'PointsConsumed':
    case 'PointsExpired':
    case 'RechargeReversed':
    case 'DebtCollected':
      return -event.points;
    case 'ConsumptionExtended':
    case 'ConsumptionSettled':
    case 'DebtForgiven':
    case 'CommandRefused':
      return 0;
  }
}

export function owedChangeOf(event: EventBody<AccountEvent>): number {
  switch (event.type) {
    case 'ConsumptionSettled':
    case 'RechargeReversed':
      return event.owed;
    case 'DebtCollected':
    case 'DebtForgiven':
      return -event.points;
    case 'PointsRecharged':
    case 'PointsConsumed':
    case 'ConsumptionExtended':
    case 'PointsRefunded':
    case 'PointsExpired':
    case 'RechargeReinstated':
    case 'CommandRefused':
      return 0;
  }
}
