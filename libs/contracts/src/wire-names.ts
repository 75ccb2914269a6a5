import type { CommandType } from '#ledger';

export const TOPICS = {
  commands: 'points.commands',
  outcomes: 'points.outcomes',
  dead: 'points.commands.dead',
} as const;

/** `ce_type` of each command. */
export const COMMAND_CE_TYPES = {
  RechargePoints: 'points.RechargePoints.v1',
  ConsumePoints: 'points.ConsumePoints.v1',
  SettleConsumption: 'points.SettleConsumption.v1',
  RefundPoints: 'points.RefundPoints.v1',
  ExpirePoints: 'points.ExpirePoints.v1',
} as const satisfies Record<CommandType, `points.${CommandType}.v1`>;

export type CommandCeType = (typeof COMMAND_CE_TYPES)[CommandType];

export const COMMAND_TYPE_OF: Readonly<Record<CommandCeType, CommandType>> = {
  'points.RechargePoints.v1': 'RechargePoints',
  'points.ConsumePoints.v1': 'ConsumePoints',
  'points.SettleConsumption.v1': 'SettleConsumption',
  'points.RefundPoints.v1': 'RefundPoints',
  'points.ExpirePoints.v1': 'ExpirePoints',
};

export const COMMAND_TYPES = Object.keys(COMMAND_CE_TYPES) as readonly CommandType[];

export const OUTCOME_CE_TYPE = 'points.CommandOutcome.v1';
export const OUTCOME_SOURCE = 'points-ledger';

/** Sources that no message may claim: they are those of the ledger's own processes. */
export const API_SOURCE_PREFIX = 'api:';
export const SWEEPER_SOURCE_PREFIX = 'sweeper:';
export const RESERVED_SOURCE_PREFIXES = [
  API_SOURCE_PREFIX,
  SWEEPER_SOURCE_PREFIX,
  'import:',
] as const;

/** A message longer than this is a dead letter. */
export const MESSAGE_BYTES_MAX = 65_536;

/** What is added to the headers of a dead letter. */
export const DEAD_LETTER_HEADERS = {
  reason: 'dead-reason',
  detail: 'dead-detail',
  topic: 'dead-topic',
  partition: 'dead-partition',
  offset: 'dead-offset',
  time: 'dead-time',
  /** Of a message batch: `dead-offset` is that of its first message. */
  lastOffset: 'dead-last-offset',
  /** How the message batch was packed. */
  codec: 'dead-codec',
  /** What did not fit and can only be found where the message came from. */
  leftOut: 'dead-left-out',
} as const;

/**
 * All but `Invalid` are an alarm. `NotAllowed`: its sender may not send it. `Undecodable`: there may be
 * good commands in it. The last two are ours: the message is good, and can be published again once it
 * is mended.
 */
export type DeadLetterReason =
  'Invalid' | 'NotAllowed' | 'ClockAhead' | 'Undecodable' | 'AccountStopped' | 'Failed';

/** Over HTTP. */
export const HTTP_HEADERS = {
  idempotencyKey: 'Idempotency-Key',
  idempotencyReplayed: 'Idempotency-Replayed',
  /** Up to where events are in an answer. */
  position: 'ledger-position',
} as const;
