import { SOURCE_TYPES } from '../settings/businesses.js';
import type {
  CommandRefused,
  ConsumptionSettled,
  Draw,
  PointsConsumed,
  PointsExpired,
  PointsRecharged,
  PointsRefunded,
  Return,
} from '../account/events.js';
import {
  details,
  fieldChecksOf,
  listOf,
  matching,
  oneOf,
  orNull,
  positiveNumber,
  seconds,
  text,
  time,
  wholeNumber,
  type FieldChecks,
  type Schema,
} from './field-checks.js';
import { DIGEST, UUID } from './patterns.js';
import type { EventOfVersion1, TypeOfVersion1 } from './upcast.js';

// The events of version 1, which rules 1 write.

const commonFields = {
  at: time,
  receivedAt: time,
  commandId: matching(UUID),
  digest: matching(DIGEST),
  balanceAfter: wholeNumber,
};

export const drawSchema: Schema<Draw> = { batchId: positiveNumber, points: positiveNumber };
export const returnSchema: Schema<Return> = {
  from: positiveNumber,
  into: positiveNumber,
  points: positiveNumber,
  expiresAt: orNull(time),
};

const rechargedSchema: Schema<EventOfVersion1<PointsRecharged>> = {
  ...commonFields,
  type: text,
  batchId: positiveNumber,
  points: positiveNumber,
  expiresAt: orNull(time),
  priority: wholeNumber,
  sourceId: orNull(text),
};

const consumedSchema: Schema<EventOfVersion1<PointsConsumed>> = {
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

const settledSchema: Schema<EventOfVersion1<ConsumptionSettled>> = {
  ...commonFields,
  type: text,
  consumptionId: text,
  of: wholeNumber,
  estimated: positiveNumber,
  actual: wholeNumber,
  duration: orNull(seconds),
  durationOf: orNull(wholeNumber),
};

const refundedSchema: Schema<EventOfVersion1<PointsRefunded>> = {
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

const expiredSchema: Schema<EventOfVersion1<PointsExpired>> = {
  ...commonFields,
  type: text,
  batchId: positiveNumber,
  points: positiveNumber,
  expiredAt: time,
};

const refusedSchema: Schema<EventOfVersion1<CommandRefused>> = {
  ...commonFields,
  type: text,
  commandType: text,
  code: text,
  details,
};

/** A Map, because V8 would intern every type name that was just parsed before looking it up in an object. */
export const SCHEMAS_1: ReadonlyMap<string, FieldChecks> = new Map(
  Object.entries({
    PointsRecharged: fieldChecksOf(rechargedSchema),
    PointsConsumed: fieldChecksOf(consumedSchema),
    ConsumptionSettled: fieldChecksOf(settledSchema),
    PointsRefunded: fieldChecksOf(refundedSchema),
    PointsExpired: fieldChecksOf(expiredSchema),
    CommandRefused: fieldChecksOf(refusedSchema),
  } satisfies Record<TypeOfVersion1, FieldChecks>),
);
