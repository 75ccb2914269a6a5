import type {
  CommandRefused,
  ConsumptionSettled,
  LedgerEvent,
  PointsConsumed,
  PointsExpired,
  PointsRecharged,
  PointsRefunded,
} from '../account/events.js';
import { assertNever } from '../support/assert.js';
import { BUSINESSES, type SourceType } from '../settings/businesses.js';

// Events of rules 1 are stored in version 1, without the fields that rules 2 brought. In memory every
// event has them all; here is what they say of an event of rules 1.

/** The fields of rules 2, by type of event. Version 1 has no other types. */
interface FieldsOfVersion2 {
  PointsRecharged: 'rechargeId';
  PointsConsumed: 'label' | 'quantity' | 'price' | 'priced' | 'overrun' | 'onTimeout';
  ConsumptionSettled: 'charged' | 'owed' | 'uncollected' | 'quantity' | 'cause';
  PointsRefunded: 'label';
  PointsExpired: never;
  CommandRefused: never;
}

export type TypeOfVersion1 = keyof FieldsOfVersion2;

type Typed1 =
  | PointsRecharged
  | PointsConsumed
  | ConsumptionSettled
  | PointsRefunded
  | PointsExpired
  | CommandRefused;

/** An event as version 1 stores it. */
export type EventOfVersion1<E extends Typed1 = Typed1> = E extends Typed1
  ? Omit<E, 'owedAfter' | FieldsOfVersion2[E['type']]>
  : never;

type Added<E extends Typed1> = Pick<E, Extract<keyof E, 'owedAfter' | FieldsOfVersion2[E['type']]>>;

/** Adds the fields of rules 2 to data of version 1, in place: the data was just parsed. */
export function upcastFrom1(data: EventOfVersion1): LedgerEvent {
  return Object.assign(data, fieldsAdded(data)) as LedgerEvent;
}

function fieldsAdded(event: EventOfVersion1): object {
  switch (event.type) {
    case 'PointsRecharged':
      return recharged(event);
    case 'PointsConsumed':
      return consumed(event);
    case 'ConsumptionSettled':
      return settled(event);
    case 'PointsRefunded':
      return refunded(event);
    case 'PointsExpired':
    case 'CommandRefused':
      return OWED_NOTHING;
    default:
      return assertNever(event);
  }
}

const OWED_NOTHING = { owedAfter: null };

const recharged = (event: EventOfVersion1<PointsRecharged>): Added<PointsRecharged> => ({
  owedAfter: null,
  rechargeId: event.commandId,
});

const consumed = (event: EventOfVersion1<PointsConsumed>): Added<PointsConsumed> => ({
  owedAfter: null,
  label: labelOf(event.sourceType),
  quantity: null,
  price: null,
  priced: false,
  overrun: null,
  onTimeout: null,
});

const settled = (event: EventOfVersion1<ConsumptionSettled>): Added<ConsumptionSettled> => ({
  owedAfter: null,
  charged: event.actual,
  owed: 0,
  uncollected: 0,
  quantity: null,
  cause: 'settled',
});

const refunded = (event: EventOfVersion1<PointsRefunded>): Added<PointsRefunded> => ({
  owedAfter: null,
  label: labelOf(event.sourceType),
});

/** The schema has let only the five businesses of rules 1 pass. */
const labelOf = (sourceType: string): string => BUSINESSES[sourceType as SourceType].label;

/**
 * The data of an event of rules 1, without the fields of rules 2. Each is one literal: every append
 * writes one, and V8 leaves fields out of a copy ten times as slowly.
 */
export function downcastTo1(event: LedgerEvent): object {
  switch (event.type) {
    case 'PointsRecharged':
      return rechargedOf1(event);
    case 'PointsConsumed':
      return consumedOf1(event);
    case 'ConsumptionSettled':
      return settledOf1(event);
    case 'PointsRefunded':
      return refundedOf1(event);
    default:
      return { ...event, owedAfter: undefined };
  }
}

const rechargedOf1 = (event: PointsRecharged): EventOfVersion1<PointsRecharged> => ({
  at: event.at,
  receivedAt: event.receivedAt,
  commandId: event.commandId,
  digest: event.digest,
  balanceAfter: event.balanceAfter,
  type: event.type,
  batchId: event.batchId,
  points: event.points,
  expiresAt: event.expiresAt,
  priority: event.priority,
  sourceId: event.sourceId,
});

const consumedOf1 = (event: PointsConsumed): EventOfVersion1<PointsConsumed> => ({
  at: event.at,
  receivedAt: event.receivedAt,
  commandId: event.commandId,
  digest: event.digest,
  balanceAfter: event.balanceAfter,
  type: event.type,
  consumptionId: event.consumptionId,
  of: event.of,
  sourceType: event.sourceType,
  sourceId: event.sourceId,
  points: event.points,
  draws: event.draws,
  duration: event.duration,
  settleBy: event.settleBy,
});

const settledOf1 = (event: ConsumptionSettled): EventOfVersion1<ConsumptionSettled> => ({
  at: event.at,
  receivedAt: event.receivedAt,
  commandId: event.commandId,
  digest: event.digest,
  balanceAfter: event.balanceAfter,
  type: event.type,
  consumptionId: event.consumptionId,
  of: event.of,
  estimated: event.estimated,
  actual: event.actual,
  duration: event.duration,
  durationOf: event.durationOf,
});

const refundedOf1 = (event: PointsRefunded): EventOfVersion1<PointsRefunded> => ({
  at: event.at,
  receivedAt: event.receivedAt,
  commandId: event.commandId,
  digest: event.digest,
  balanceAfter: event.balanceAfter,
  type: event.type,
  consumptionId: event.consumptionId,
  of: event.of,
  sourceType: event.sourceType,
  sourceId: event.sourceId,
  points: event.points,
  returns: event.returns,
  cause: event.cause,
  reason: event.reason,
});
