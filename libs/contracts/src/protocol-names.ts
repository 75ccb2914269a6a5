export const TOPICS = {
  commands: 'points.commands',
  outcomes: 'points.outcomes',
  dead: 'points.commands.dead',
} as const;

/** `ce_type` of each command. */
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

/** Every command of any rules. Which of them are known depends on the rules in force. */
export type CommandType = keyof typeof COMMAND_CE_TYPES;

export type CommandCeType = (typeof COMMAND_CE_TYPES)[CommandType];

export const COMMAND_TYPE_OF: Readonly<Record<CommandCeType, CommandType>> = {
  'points.RechargePoints.v1': 'RechargePoints',
  'points.ConsumePoints.v1': 'ConsumePoints',
  'points.ExtendConsumption.v1': 'ExtendConsumption',
  'points.SettleConsumption.v1': 'SettleConsumption',
  'points.RefundPoints.v1': 'RefundPoints',
  'points.ReverseRecharge.v1': 'ReverseRecharge',
  'points.ReinstateRecharge.v1': 'ReinstateRecharge',
  'points.ExpirePoints.v1': 'ExpirePoints',
};

export const COMMAND_TYPES = Object.keys(COMMAND_CE_TYPES) as readonly CommandType[];

export const OUTCOME_CE_TYPE = 'points.CommandOutcome.v1';
export const OUTCOME_SOURCE = 'points-ledger';

/** Prefixes of sources that no message may claim, because the ledger's own processes use them. */
export const API_SOURCE_PREFIX = 'api:';
export const SWEEPER_SOURCE_PREFIX = 'sweeper:';
export const RESERVED_SOURCE_PREFIXES = [
  API_SOURCE_PREFIX,
  SWEEPER_SOURCE_PREFIX,
  'import:',
] as const;

/** A message longer than this is a dead letter. */
export const MESSAGE_BYTES_MAX = 65_536;

/** The headers that are added to a dead letter. */
export const DEAD_LETTER_HEADERS = {
  reason: 'dead-reason',
  detail: 'dead-detail',
  topic: 'dead-topic',
  partition: 'dead-partition',
  offset: 'dead-offset',
  time: 'dead-time',
  /** The last offset of a message batch; `dead-offset` is then the offset of its first message. */
  lastOffset: 'dead-last-offset',
  /** The compression codec of the message batch. */
  codec: 'dead-codec',
  /** What did not fit and remains only in the original topic. */
  leftOut: 'dead-left-out',
} as const;

/**
 * Every reason but `Invalid` raises an alarm. `NotAllowed`: the sender may not send this command.
 * `Undecodable`: a message batch that may contain valid commands. The last two are faults of the
 * ledger: the message is valid and can be published again once the fault is repaired.
 */
export type DeadLetterReason =
  'Invalid' | 'NotAllowed' | 'ClockAhead' | 'Undecodable' | 'AccountStopped' | 'Failed';

/** HTTP headers of requests and responses. */
export const HTTP_HEADERS = {
  idempotencyKey: 'Idempotency-Key',
  idempotencyReplayed: 'Idempotency-Replayed',
  /** The position up to which events are included in a response. */
  position: 'ledger-position',
} as const;
