// What the ledger and its clients agree on. The package is published alone and imports nothing of the
// ledger, so that these few names stand here again; the conformance vectors hold both to the same.

export const COMMANDS_TOPIC = 'points.commands';
export const OUTCOMES_TOPIC = 'points.outcomes';

/** The `ce_type` of each command. */
export const COMMAND_CE_TYPES = {
  RechargePoints: 'points.RechargePoints.v1',
  ConsumePoints: 'points.ConsumePoints.v1',
  ExtendConsumption: 'points.ExtendConsumption.v1',
  SettleConsumption: 'points.SettleConsumption.v1',
  RefundPoints: 'points.RefundPoints.v1',
  ReverseRecharge: 'points.ReverseRecharge.v1',
  ReinstateRecharge: 'points.ReinstateRecharge.v1',
  ExpirePoints: 'points.ExpirePoints.v1',
} as const;

export type CommandType = keyof typeof COMMAND_CE_TYPES;

/** The fields of each command, in the order in which they are written. */
export const COMMAND_FIELDS: Readonly<Record<CommandType, readonly string[]>> = {
  RechargePoints: [
    'user_id',
    'metadata',
    'points',
    'expires_at',
    'priority',
    'source_id',
    'recharge_id',
  ],
  ConsumePoints: [
    'user_id',
    'metadata',
    'points',
    'quantity',
    'duration',
    'source_type',
    'source_id',
    'consumption_id',
    'settle_within',
    'overrun',
    'on_timeout',
  ],
  ExtendConsumption: [
    'user_id',
    'metadata',
    'consumption_id',
    'settle_within',
    'points',
    'quantity',
    'duration',
  ],
  SettleConsumption: [
    'user_id',
    'metadata',
    'consumption_id',
    'points',
    'quantity',
    'duration',
    'overrun',
  ],
  RefundPoints: ['user_id', 'metadata', 'consumption_id', 'points', 'reason'],
  ReverseRecharge: ['user_id', 'metadata', 'recharge_id', 'points', 'reason', 'cause', 'shortfall'],
  ReinstateRecharge: ['user_id', 'metadata', 'recharge_id', 'points', 'reason'],
  ExpirePoints: ['user_id', 'metadata'],
};

/** The one field of which null means something else than an absent field: points that never expire. */
export const FIELD_THAT_MAY_BE_NULL = 'expires_at';

/** The fields that name the task of a command, the first of them that is there. */
export const TASK_FIELDS: Readonly<Record<CommandType, readonly string[]>> = {
  RechargePoints: ['recharge_id', 'source_id'],
  ConsumePoints: ['consumption_id', 'source_id'],
  ExtendConsumption: ['consumption_id'],
  SettleConsumption: ['consumption_id'],
  RefundPoints: ['consumption_id'],
  ReverseRecharge: ['recharge_id'],
  ReinstateRecharge: ['recharge_id'],
  ExpirePoints: [],
};

/** The field that tells commands of one type and one task apart. */
export const STEP_FIELDS: Readonly<Partial<Record<CommandType, string>>> = {
  ConsumePoints: 'source_type',
};

export const SIGNATURE_HEADER = 'points-signature';

/** The namespace of derived ids. */
export const DERIVED_ID_NAMESPACE = 'b1a8fd5c-6a2e-5c52-9d0e-3f6d1c2b7a94';

/** A longer message would be a dead letter. */
export const MESSAGE_BYTES_MAX = 65_536;
export const ID_CHARS_MAX = 128;
export const RESERVED_SOURCE_PREFIXES = ['api:', 'sweeper:', 'import:'] as const;
export const API_SOURCE_PREFIX = 'api:';
