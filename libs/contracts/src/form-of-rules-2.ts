import { z } from 'zod';
import {
  COMMAND_POINTS_MAX,
  DURATION_SECONDS_MAX,
  ON_TIMEOUT,
  OVERRUNS,
  PRIORITY_MAX,
  QUANTITY_MAX,
  REASON_MAX,
  REVERSAL_CAUSES,
  SETTLE_WITHIN_SECONDS_MAX,
  SHORTFALLS,
} from '#ledger';
import {
  businessCode,
  commandObject,
  consumptionId,
  isObjectPayload,
  oneOf,
  rechargeId,
  seconds,
  sourceId,
  text,
  time,
  units,
  userId,
  wholeNumber,
} from './fields.js';
import { metadata } from './metadata.js';
import type { CommandType } from './protocol-names.js';

// The data of each command by rules 2. Whether a business is known, and whether it has a duration, is a
// rule and not a matter of form: its settings can change while the command is on its way.
const anyCommand = { user_id: userId, metadata: metadata.nullish() };
const points = wholeNumber(1, COMMAND_POINTS_MAX);
const settleWithin = wholeNumber(1, SETTLE_WITHIN_SECONDS_MAX);
const overrun = oneOf(OVERRUNS);
const reason = text(REASON_MAX);

/** What a price counts. With `points` told it is only noted. */
const measure = {
  quantity: units(QUANTITY_MAX).nullish(),
  duration: seconds(DURATION_SECONDS_MAX).nullish(),
};

const rechargePointsData = z.strictObject(
  {
    ...anyCommand,
    points,
    /** Required, so that points that never expire are never created by an omission. */
    expires_at: time(
      'an RFC 3339 time with an offset, or null for points that never expire',
    ).nullable(),
    priority: wholeNumber(0, PRIORITY_MAX).nullish(),
    source_id: sourceId.nullish(),
    recharge_id: rechargeId.nullish(),
  },
  commandObject,
);

const consumeFields = z.strictObject(
  {
    ...anyCommand,
    points: points.nullish(),
    ...measure,
    source_type: businessCode,
    source_id: sourceId.nullish(),
    consumption_id: consumptionId.nullish(),
    settle_within: settleWithin.nullish(),
    overrun: overrun.nullish(),
    on_timeout: oneOf(ON_TIMEOUT).nullish(),
  },
  commandObject,
);

const isHeldOrWithout =
  (field: 'overrun' | 'on_timeout') =>
  (data: Partial<z.infer<typeof consumeFields>>): boolean =>
    isAbsent(data[field]) || !isAbsent(data.settle_within);

const ofPreDeductions = (field: 'overrun' | 'on_timeout') => ({
  path: [field],
  error: 'must be left out: only a pre-deduction has it, which names settle_within',
  when: isObjectPayload,
});

/** The same rule in JSON Schema, for the OpenAPI document. */
const heldIfNamed = (field: 'overrun' | 'on_timeout') => ({
  if: { required: [field], properties: { [field]: { type: 'string' } } },
  then: { required: ['settle_within'], properties: { settle_within: { type: 'integer' } } },
});

const consumePointsData = consumeFields
  .refine(isHeldOrWithout('overrun'), ofPreDeductions('overrun'))
  .refine(isHeldOrWithout('on_timeout'), ofPreDeductions('on_timeout'))
  .meta({ allOf: [heldIfNamed('overrun'), heldIfNamed('on_timeout')] });

const extendFields = z.strictObject(
  {
    ...anyCommand,
    consumption_id: consumptionId,
    settle_within: settleWithin.nullish(),
    points: points.nullish(),
    ...measure,
  },
  commandObject,
);

const EXTENSIONS = ['settle_within', 'points', 'quantity', 'duration'] as const;

const extendConsumptionData = extendFields
  .refine(
    (data: Partial<z.infer<typeof extendFields>>) =>
      EXTENSIONS.some((field) => !isAbsent(data[field])),
    {
      path: ['settle_within'],
      error: 'must be there, or points, quantity or duration: else nothing is extended',
      when: isObjectPayload,
    },
  )
  .meta({
    anyOf: EXTENSIONS.map((field) => ({
      required: [field],
      properties: { [field]: { type: 'number' } },
    })),
  });

const settleConsumptionData = z.strictObject(
  {
    ...anyCommand,
    consumption_id: consumptionId,
    points: wholeNumber(0, COMMAND_POINTS_MAX).nullish(),
    ...measure,
    overrun: overrun.nullish(),
  },
  commandObject,
);

const refundPointsData = z.strictObject(
  {
    ...anyCommand,
    consumption_id: consumptionId,
    points: points.nullish(),
    reason: reason.nullish(),
  },
  commandObject,
);

const reinstateFields = {
  ...anyCommand,
  recharge_id: rechargeId,
  /** Absent: all of it. */
  points: points.nullish(),
  reason: reason.nullish(),
};

const reverseRechargeData = z.strictObject(
  {
    ...reinstateFields,
    cause: oneOf(REVERSAL_CAUSES),
    shortfall: oneOf(SHORTFALLS).nullish(),
  },
  commandObject,
);

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** The commands of rules 2. */
export const FORM_OF_RULES_2 = {
  RechargePoints: rechargePointsData,
  ConsumePoints: consumePointsData,
  ExtendConsumption: extendConsumptionData,
  SettleConsumption: settleConsumptionData,
  RefundPoints: refundPointsData,
  ReverseRecharge: reverseRechargeData,
  ReinstateRecharge: z.strictObject(reinstateFields, commandObject),
  ExpirePoints: z.strictObject(anyCommand, commandObject),
} as const satisfies Record<CommandType, z.ZodType>;
