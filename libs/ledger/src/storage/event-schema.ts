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

// The schema of each type of stored event. Whether the event could have happened is for the rules.

type FieldCheck = (value: unknown) => boolean;
type Schema<T> = { readonly [K in keyof Required<T>]: FieldCheck };
/** A schema as a list of checks, built once and not for every event. */
type FieldChecks = readonly (readonly [field: string, check: FieldCheck])[];

const fieldChecksOf = (shape: Readonly<Record<string, FieldCheck>>): FieldChecks =>
  Object.entries(shape);

const text: FieldCheck = (value) => typeof value === 'string';
const wholeNumber: FieldCheck = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const positiveNumber: FieldCheck = (value) => wholeNumber(value) && value !== 0;
const seconds: FieldCheck = (value) => Number.isFinite(value) && (value as number) >= 0;
const matching = (pattern: string): FieldCheck => {
  const exact = new RegExp(`^${pattern}$`);
  return (value) => typeof value === 'string' && exact.test(value);
};
const time = matching(TIME);
const oneOf =
  (allowed: readonly string[]): FieldCheck =>
  (value) =>
    typeof value === 'string' && allowed.includes(value);
const orNull =
  (check: FieldCheck): FieldCheck =>
  (value) =>
    value === null || check(value);
const listOf = <T>(shape: Schema<T>): FieldCheck => {
  const fields = fieldChecksOf(shape);
  return (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => invalidFields(fields, item).length === 0);
};
const details: FieldCheck = (value) =>
  isObject(value) &&
  Object.values(value).every((detail) => text(detail) || Number.isSafeInteger(detail));

const commonFields = {
  at: time,
  receivedAt: time,
  commandId: matching(UUID),
  digest: matching(DIGEST),
  balanceAfter: wholeNumber,
};

const drawSchema: Schema<Draw> = { batchId: positiveNumber, points: positiveNumber };
const returnSchema: Schema<Return> = {
  from: positiveNumber,
  into: positiveNumber,
  points: positiveNumber,
  expiresAt: orNull(time),
};

const rechargedSchema: Schema<PointsRecharged> = {
  ...commonFields,
  type: text,
  batchId: positiveNumber,
  points: positiveNumber,
  expiresAt: orNull(time),
  priority: wholeNumber,
  sourceId: orNull(text),
};

const consumedSchema: Schema<PointsConsumed> = {
  ...commonFields,
  type: text,
  consumptionId: text,
  of: orNull(wholeNumber),
  sourceType: oneOf(SOURCE_TYPES),
  sourceId: orNull(text),
  points: positiveNumber,
  draws: listOf(drawSchema),
  duration: orNull(seconds),
  settleBy: orNull(time),
};

const settledSchema: Schema<ConsumptionSettled> = {
  ...commonFields,
  type: text,
  consumptionId: text,
  of: wholeNumber,
  estimated: positiveNumber,
  actual: wholeNumber,
  duration: orNull(seconds),
  durationOf: orNull(wholeNumber),
};

const refundedSchema: Schema<PointsRefunded> = {
  ...commonFields,
  type: text,
  consumptionId: text,
  of: wholeNumber,
  sourceType: oneOf(SOURCE_TYPES),
  sourceId: orNull(text),
  points: positiveNumber,
  returns: listOf(returnSchema),
  cause: oneOf(['cancelled', 'overestimated', 'timed_out', 'refunded']),
  reason: orNull(text),
};

const expiredSchema: Schema<PointsExpired> = {
  ...commonFields,
  type: text,
  batchId: positiveNumber,
  points: positiveNumber,
  expiredAt: time,
};

const refusedSchema: Schema<CommandRefused> = {
  ...commonFields,
  type: text,
  commandType: text,
  code: text,
  details,
};

/** A Map, because V8 would intern every type name that was just parsed before looking it up in an object. */
const SCHEMAS: ReadonlyMap<string, FieldChecks> = new Map(
  Object.entries({
    PointsRecharged: fieldChecksOf(rechargedSchema),
    PointsConsumed: fieldChecksOf(consumedSchema),
    ConsumptionSettled: fieldChecksOf(settledSchema),
    PointsRefunded: fieldChecksOf(refundedSchema),
    PointsExpired: fieldChecksOf(expiredSchema),
    CommandRefused: fieldChecksOf(refusedSchema),
  } satisfies Record<EventType, FieldChecks>),
);

const optional =
  (check: FieldCheck): FieldCheck =>
  (value) =>
    value === undefined || check(value);

const META = fieldChecksOf({
  v: positiveNumber,
  command: (value) =>
    isObject(value) && text(value['source']) && text(value['id']) && text(value['type']),
  policy: text,
  correlation: text,
  traceparent: optional(text),
  kafka: optional(
    (value) =>
      isObject(value) &&
      text(value['topic']) &&
      wholeNumber(value['partition']) &&
      text(value['offset']),
  ),
});

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The names of the invalid fields; null: there is no such type of event. */
export function invalidEventFields(type: string, value: unknown): readonly string[] | null {
  const shape = SCHEMAS.get(type);
  return shape === undefined ? null : invalidFields(shape, value);
}

export const invalidMetaFields = (value: unknown): readonly string[] => invalidFields(META, value);

const NONE: readonly string[] = [];

function invalidFields(fields: FieldChecks, value: unknown): readonly string[] {
  if (!isObject(value)) return ['(not an object)'];
  let faults: string[] | null = null;
  for (const [field, check] of fields) {
    if (!check(value[field])) (faults ??= []).push(field);
  }
  return faults ?? NONE;
}
