import { ON_TIMEOUT, REVERSAL_CAUSES } from '../account/commands.js';
import type {
  CommandRefused,
  ConsumptionExtended,
  ConsumptionSettled,
  DebtCollected,
  DebtForgiven,
  EventType,
  PointsConsumed,
  PointsExpired,
  PointsRecharged,
  PointsRefunded,
  RechargeReinstated,
  RechargeReversed,
} from '../account/events.js';
import { ROUNDINGS, type FrozenPrice } from '../settings/business.js';
import { OVERRUNS } from '../settings/policy.js';
import {
  details,
  fieldChecksOf,
  listOf,
  matching,
  oneOf,
  orNull,
  passes,
  positiveNumber,
  possiblyEmptyListOf,
  revisionNumber,
  seconds,
  text,
  time,
  trueOrFalse,
  wholeNumber,
  type FieldChecks,
  type Schema,
} from './field-checks.js';
import { DECIMAL, DIGEST, UUID, WORD } from './patterns.js';
import { drawSchema, returnSchema } from './schema-1.js';
import { IMPORT_SCHEMAS } from './schema-import.js';

// The events of version 2, which rules 2 write.

const commonFields = {
  at: time,
  receivedAt: time,
  commandId: matching(UUID),
  digest: matching(DIGEST),
  balanceAfter: wholeNumber,
  owedAfter: wholeNumber,
  type: text,
};

const word = matching(WORD);
const quantity = seconds;

const priceSchema: Schema<FrozenPrice> = {
  settings: positiveNumber,
  unit: word,
  points: matching(DECIMAL),
  per: matching(DECIMAL),
  step: orNull(matching(DECIMAL)),
  minimum: positiveNumber,
  rounding: oneOf(ROUNDINGS),
};

const rechargedSchema: Schema<PointsRecharged> = {
  ...commonFields,
  batchId: positiveNumber,
  points: positiveNumber,
  expiresAt: orNull(time),
  priority: wholeNumber,
  sourceId: orNull(text),
  rechargeId: text,
};

const consumedSchema: Schema<PointsConsumed> = {
  ...commonFields,
  consumptionId: text,
  of: orNull(revisionNumber),
  sourceType: word,
  sourceId: orNull(text),
  label: text,
  points: positiveNumber,
  draws: listOf(drawSchema),
  duration: orNull(seconds),
  quantity: orNull(quantity),
  price: orNull(passes(fieldChecksOf(priceSchema))),
  priced: trueOrFalse,
  settleBy: orNull(time),
  overrun: orNull(oneOf(OVERRUNS)),
  onTimeout: orNull(oneOf(ON_TIMEOUT)),
};

const extendedSchema: Schema<ConsumptionExtended> = {
  ...commonFields,
  consumptionId: text,
  of: revisionNumber,
  settleBy: time,
  estimated: positiveNumber,
  quantity: orNull(quantity),
};

const settledSchema: Schema<ConsumptionSettled> = {
  ...commonFields,
  consumptionId: text,
  of: revisionNumber,
  estimated: positiveNumber,
  actual: wholeNumber,
  duration: orNull(seconds),
  durationOf: orNull(revisionNumber),
  charged: wholeNumber,
  owed: wholeNumber,
  uncollected: wholeNumber,
  quantity: orNull(quantity),
  cause: oneOf(['settled', 'timed_out']),
};

const refundedSchema: Schema<PointsRefunded> = {
  ...commonFields,
  consumptionId: text,
  of: revisionNumber,
  sourceType: word,
  sourceId: orNull(text),
  label: text,
  points: positiveNumber,
  returns: listOf(returnSchema),
  cause: oneOf(['cancelled', 'overestimated', 'timed_out', 'refunded']),
  reason: orNull(text),
};

const expiredSchema: Schema<PointsExpired> = {
  ...commonFields,
  batchId: positiveNumber,
  points: positiveNumber,
  expiredAt: time,
};

const reversedSchema: Schema<RechargeReversed> = {
  ...commonFields,
  rechargeId: text,
  of: revisionNumber,
  batchId: positiveNumber,
  sourceId: orNull(text),
  points: wholeNumber,
  owed: wholeNumber,
  uncollected: wholeNumber,
  cause: oneOf(REVERSAL_CAUSES),
  reason: orNull(text),
};

const reinstatedSchema: Schema<RechargeReinstated> = {
  ...commonFields,
  rechargeId: text,
  of: revisionNumber,
  sourceId: orNull(text),
  points: wholeNumber,
  forgiven: wholeNumber,
  waived: wholeNumber,
  returns: possiblyEmptyListOf(returnSchema),
  reason: orNull(text),
};

const debtFields = {
  consumptionId: orNull(text),
  of: revisionNumber,
  rechargeId: orNull(text),
  sourceType: orNull(word),
  sourceId: orNull(text),
  points: positiveNumber,
};

const collectedSchema: Schema<DebtCollected> = {
  ...commonFields,
  ...debtFields,
  label: orNull(text),
  draws: listOf(drawSchema),
  duration: orNull(seconds),
};

const forgivenSchema: Schema<DebtForgiven> = {
  ...commonFields,
  ...debtFields,
  cause: oneOf(['refunded', 'reinstated']),
  reason: orNull(text),
};

const refusedSchema: Schema<CommandRefused> = {
  ...commonFields,
  commandType: text,
  code: text,
  details,
};

export const SCHEMAS_2: ReadonlyMap<string, FieldChecks> = new Map(
  Object.entries({
    PointsRecharged: fieldChecksOf(rechargedSchema),
    PointsConsumed: fieldChecksOf(consumedSchema),
    ConsumptionExtended: fieldChecksOf(extendedSchema),
    ConsumptionSettled: fieldChecksOf(settledSchema),
    PointsRefunded: fieldChecksOf(refundedSchema),
    PointsExpired: fieldChecksOf(expiredSchema),
    RechargeReversed: fieldChecksOf(reversedSchema),
    RechargeReinstated: fieldChecksOf(reinstatedSchema),
    DebtCollected: fieldChecksOf(collectedSchema),
    DebtForgiven: fieldChecksOf(forgivenSchema),
    CommandRefused: fieldChecksOf(refusedSchema),
    ...IMPORT_SCHEMAS,
  } satisfies Record<EventType, FieldChecks>),
);
