import { z } from 'zod';
import {
  BUSINESSES,
  COMMAND_POINTS_MAX,
  DURATION_SECONDS_MAX,
  PRIORITY_MAX,
  REASON_MAX,
  SETTLE_WITHIN_SECONDS_MAX,
  SOURCE_TYPES,
  type SourceType,
} from '#ledger';
import type { CommandType } from './protocol-names.js';
import {
  commandObject,
  consumptionId,
  isObjectPayload,
  seconds,
  sourceId,
  sourceType,
  text,
  time,
  userId,
  wholeNumber,
} from './fields.js';

// The data of each command by rules 1, the same over Kafka and HTTP. A field that may be absent may also
// be null. Unknown fields are invalid, because a misspelt field that moves points must not be ignored.
const points = wholeNumber(1, COMMAND_POINTS_MAX);
const duration = seconds(DURATION_SECONDS_MAX);

const rechargePointsData = z.strictObject(
  {
    user_id: userId,
    points,
    /** Required, so that points that never expire are never created by an omission. */
    expires_at: time(
      'an RFC 3339 time with an offset, or null for points that never expire',
    ).nullable(),
    priority: wholeNumber(0, PRIORITY_MAX).nullish(),
    source_id: sourceId.nullish(),
  },
  commandObject,
);

const consumeFields = z.strictObject(
  {
    user_id: userId,
    points,
    source_type: sourceType,
    source_id: sourceId.nullish(),
    duration: duration.nullish(),
    consumption_id: consumptionId.nullish(),
    settle_within: wholeNumber(1, SETTLE_WITHIN_SECONDS_MAX).nullish(),
  },
  commandObject,
);

const consumePointsData = consumeFields
  .refine(durationBelongs, {
    path: ['duration'],
    error: 'must be left out: this source_type is not billed by the second',
    when: isObjectPayload,
  })
  // The same rule in JSON Schema, for the OpenAPI document.
  .meta({
    if: {
      required: ['source_type'],
      properties: { source_type: { enum: SOURCE_TYPES.filter(isNotTimed) } },
    },
    then: { properties: { duration: { type: 'null' } } },
  });

function isNotTimed(type: SourceType): boolean {
  return !BUSINESSES[type].billedBySecond;
}

function durationBelongs(data: Partial<z.infer<typeof consumeFields>>): boolean {
  if (data.duration === undefined || data.duration === null) return true;
  const business = sourceType.safeParse(data.source_type);
  return !business.success || BUSINESSES[business.data].billedBySecond;
}

const settleConsumptionData = z.strictObject(
  {
    user_id: userId,
    consumption_id: consumptionId,
    points: wholeNumber(0, COMMAND_POINTS_MAX),
    duration: duration.nullish(),
  },
  commandObject,
);

const refundPointsData = z.strictObject(
  {
    user_id: userId,
    consumption_id: consumptionId,
    points: points.nullish(),
    reason: text(REASON_MAX).nullish(),
  },
  commandObject,
);

const expirePointsData = z.strictObject({ user_id: userId }, commandObject);

/** The commands of rules 1. */
export const FORM_OF_RULES_1 = {
  RechargePoints: rechargePointsData,
  ConsumePoints: consumePointsData,
  SettleConsumption: settleConsumptionData,
  RefundPoints: refundPointsData,
  ExpirePoints: expirePointsData,
} as const satisfies Partial<Record<CommandType, z.ZodType>>;
