export type { Answer } from './answer.js';
export {
  BUSINESSES,
  EXPIRE_LABEL,
  RECHARGE_LABEL,
  SOURCE_TYPES,
  refundLabel,
  type SourceType,
} from './businesses.js';
export type {
  CommandType,
  ConsumePoints,
  ExpirePoints,
  LedgerCommand,
  RechargePoints,
  RefundPoints,
  SettleConsumption,
} from './commands.js';
export type {
  CommandRefused,
  ConsumptionSettled,
  Draw,
  EventType,
  LedgerEvent,
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
export { DEFAULT_POLICY, policyFaults, type Policy } from './policy.js';
export type { MessageRefusalCode, RefusalCode, RefusalDetails } from './refusals.js';
