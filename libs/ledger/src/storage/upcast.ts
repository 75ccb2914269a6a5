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

/** JSON leaves out what is undefined, so an event of rules 1 is written as it always was. */
const LEFT_OUT: Readonly<Record<TypeOfVersion1, object>> = {
  PointsRecharged: { owedAfter: undefined, rechargeId: undefined },
  PointsConsumed: {
    owedAfter: undefined,
    label: undefined,
    quantity: undefined,
    price: undefined,
    priced: undefined,
    overrun: undefined,
    onTimeout: undefined,
  },
  ConsumptionSettled: {
    owedAfter: undefined,
    charged: undefined,
    owed: undefined,
    uncollected: undefined,
    quantity: undefined,
    cause: undefined,
  },
  PointsRefunded: { owedAfter: undefined, label: undefined },
  PointsExpired: { owedAfter: undefined },
  CommandRefused: { owedAfter: undefined },
};

/** The data of an event of rules 1, without the fields of rules 2. */
export function downcastTo1(event: LedgerEvent): object {
  return { ...event, ...LEFT_OUT[event.type as TypeOfVersion1] };
}
