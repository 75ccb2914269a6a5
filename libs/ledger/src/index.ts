export { emptyAccount, type Account } from './account.js';
export { answerAgain, answerTo, answerWithout, type Answer } from './answer.js';
export { BrokenRule } from './broken-rule.js';
export {
  BUSINESSES,
  EXPIRE_LABEL,
  RECHARGE_LABEL,
  SOURCE_TYPES,
  refundLabel,
  type SourceType,
} from './businesses.js';
export {
  UnknownEvent,
  UnreadableEvent,
  eventFrom,
  fromStored,
  toStored,
  type Provenance,
  type Stored,
} from './codec.js';
export type {
  CommandType,
  ConsumePoints,
  ExpirePoints,
  LedgerCommand,
  RechargePoints,
  RefundPoints,
  SettleConsumption,
} from './commands.js';
export { decide, type Decision } from './decide.js';
export type {
  CommandRefused,
  ConsumptionSettled,
  Draw,
  EventType,
  LedgerEvent,
  NonEmpty,
  PointsConsumed,
  PointsExpired,
  PointsRecharged,
  PointsRefunded,
  RefundCause,
  Return,
} from './events.js';
export {
  BALANCE_MAX,
  COMMAND_POINTS_MAX,
  DURATION_SECONDS_MAX,
  ID_MAX,
  PRIORITY_DEFAULT,
  PRIORITY_MAX,
  REASON_MAX,
  RECHARGE_BALANCE_MAX,
  SETTLE_WITHIN_SECONDS_MAX,
  SOURCE_ID_MAX,
} from './limits.js';
export { adopt, evolve, replay } from './evolve.js';
export { DEFAULT_POLICY, REMEMBER_EVERYTHING, policyFaults, type Policy } from './policy.js';
export type { MessageRefusalCode, RefusalCode, RefusalDetails } from './refusals.js';
export { snapshotDifference } from './snapshot-difference.js';
export { SNAPSHOT_SHAPE, freeze, thaw } from './snapshot.js';
export { isTime, msOf } from './time.js';
