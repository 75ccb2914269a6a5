import { SOURCE_TYPES } from '../account/businesses.js';
import type {
  CommandRefused,
  ConsumptionSettled,
  Draw,
  EventType,
  PointsConsumed,
  PointsExpired,
  PointsRecharged,
  PointsRefunded,
  Return,
} from '../account/events.js';
import { DIGEST, TIME, UUID } from './patterns.js';

// What a stored event must look like to be read. Whether it could have happened is another question.

type Check = (value: unknown) => boolean;
type Shape<T> = { readonly [K in keyof Required<T>]: Check };
/** A shape as a list: nothing is made of it again for every event that is read. */
type Fields = readonly (readonly [field: string, check: Check])[];

const fieldsOf = (shape: Readonly<Record<string, Check>>): Fields => Object.entries(shape);

const text: Check = (value) => typeof value === 'string';
const whole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const positive: Check = (value) => whole(value) && value !== 0;
const seconds: Check = (value) => Number.isFinite(value) && (value as number) >= 0;
const matching = (pattern: string): Check => {
  const exact = new RegExp(`^${pattern}$`);
  return (value) => typeof value === 'string' && exact.test(value);
};
const time = matching(TIME);
const oneOf =
  (allowed: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && allowed.includes(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const listOf = <T>(shape: Shape<T>): Check => {
  const fields = fieldsOf(shape);
  return (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => faultsOf(fields, item).length === 0);
};
const details: Check = (value) =>
  isObject(value) &&
  Object.values(value).every((detail) => text(detail) || Number.isSafeInteger(detail));

const happened = {
  at: time,
  receivedAt: time,
  commandId: matching(UUID),
  digest: matching(DIGEST),
  balanceAfter: whole,
};

const draw: Shape<Draw> = { batchId: positive, points: positive };
const back: Shape<Return> = {
  from: positive,
  into: positive,
  points: positive,
  expiresAt: orNull(time),
};

const recharged: Shape<PointsRecharged> = {
  ...happened,
  type: text,
  batchId: positive,
  points: positive,
  expiresAt: orNull(time),
  priority: whole,
  sourceId: orNull(text),
};

const consumed: Shape<PointsConsumed> = {
  ...happened,
  type: text,
  consumptionId: text,
  of: orNull(whole),
  sourceType: oneOf(SOURCE_TYPES),
  sourceId: orNull(text),
  points: positive,
  draws: listOf(draw),
  duration: orNull(seconds),
  settleBy: orNull(time),
};

const settled: Shape<ConsumptionSettled> = {
  ...happened,
  type: text,
  consumptionId: text,
  of: whole,
  estimated: positive,
  actual: whole,
  duration: orNull(seconds),
  durationOf: orNull(whole),
};

const refunded: Shape<PointsRefunded> = {
  ...happened,
  type: text,
  consumptionId: text,
  of: whole,
  sourceType: oneOf(SOURCE_TYPES),
  sourceId: orNull(text),
  points: positive,
  returns: listOf(back),
  cause: oneOf(['cancelled', 'overestimated', 'timed_out', 'refunded']),
  reason: orNull(text),
};

const expired: Shape<PointsExpired> = {
  ...happened,
  type: text,
  batchId: positive,
  points: positive,
  expiredAt: time,
};

const refused: Shape<CommandRefused> = {
  ...happened,
  type: text,
  commandType: text,
  code: text,
  details,
};

/** A Map: of an object, names that were just read would first be looked up among all names. */
const SHAPES: ReadonlyMap<string, Fields> = new Map(
  Object.entries({
    PointsRecharged: fieldsOf(recharged),
    PointsConsumed: fieldsOf(consumed),
    ConsumptionSettled: fieldsOf(settled),
    PointsRefunded: fieldsOf(refunded),
    PointsExpired: fieldsOf(expired),
    CommandRefused: fieldsOf(refused),
  } satisfies Record<EventType, Fields>),
);

const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const META = fieldsOf({
  v: positive,
  command: (value) =>
    isObject(value) && text(value['source']) && text(value['id']) && text(value['type']),
  policy: text,
  correlation: text,
  traceparent: optional(text),
  kafka: optional(
    (value) =>
      isObject(value) && text(value['topic']) && whole(value['partition']) && text(value['offset']),
  ),
});

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names of the fields that are not as they must be; null: there is no such type of event. */
export function faultsOfEvent(type: string, value: unknown): readonly string[] | null {
  const shape = SHAPES.get(type);
  return shape === undefined ? null : faultsOf(shape, value);
}

export const faultsOfMeta = (value: unknown): readonly string[] => faultsOf(META, value);

const NONE: readonly string[] = [];

function faultsOf(fields: Fields, value: unknown): readonly string[] {
  if (!isObject(value)) return ['(not an object)'];
  let faults: string[] | null = null;
  for (const [field, check] of fields) {
    if (!check(value[field])) (faults ??= []).push(field);
  }
  return faults ?? NONE;
}
