export { emptyAccount, type Account } from './account/state.js';
export {
  repeatAnswer,
  answerTo,
  answerUnrecorded,
  subjectOf,
  recordedAnswer,
  type AccountNow,
  type Answer,
  type CommandSubject,
} from './account/answer.js';
export { BrokenRule } from './account/broken-rule.js';
export { BUSINESSES, SOURCE_TYPES, type SourceType } from './settings/businesses.js';
export {
  ADJUSTMENT_LABEL,
  EXPIRE_LABEL,
  RECHARGE_LABEL,
  REINSTATEMENT_LABEL,
  REVERSAL_COLLECTED_LABEL,
  REVERSAL_LABEL,
  collectedLabelOf,
  refundLabelOf,
} from './settings/row-labels.js';
export { deserializeEvent, parseEvent, serializeEvent } from './storage/codec.js';
export type { Provenance } from './storage/provenance.js';
export { UnknownEvent, UnreadableEvent } from './storage/unreadable-event.js';
export {
  ON_TIMEOUT,
  REVERSAL_CAUSES,
  SHORTFALLS,
  type CommandType,
  type ConsumePoints,
  type LedgerCommand,
  type RechargePoints,
  type RefundPoints,
  type SettleConsumption,
  type Shortfall,
} from './account/commands.js';
export { decide, effectiveAt, type Decision } from './account/decide.js';
export { TERMS_OF_RULES_1 } from './account/rules-1.js';
export type { Terms } from './account/rules.js';
export { quote } from './account/quote.js';
export { termsOf } from './account/terms.js';
export type {
  CommandRefused,
  ConsumptionExtended,
  ConsumptionSettled,
  DebtCollected,
  DebtForgiven,
  EventType,
  LedgerEvent,
  NonEmpty,
  PointsConsumed,
  PointsExpired,
  PointsRecharged,
  PointsRefunded,
  RechargeReinstated,
  RechargeReversed,
  Return,
} from './account/events.js';
export { rulesOf } from './account/events.js';
export {
  BALANCE_MAX,
  COMMAND_POINTS_MAX,
  DURATION_SECONDS_MAX,
  HOLD_DAYS_MAX,
  ID_MAX,
  PRIORITY_DEFAULT,
  PRIORITY_MAX,
  QUANTITY_MAX,
  REASON_MAX,
  RECHARGE_BALANCE_MAX,
  SETTLE_WITHIN_SECONDS_MAX,
  SOURCE_ID_MAX,
} from './settings/limits.js';
export { adoptPolicy, evolve, replay } from './account/evolve.js';
export { findAnswered } from './account/idempotency-window.js';
export {
  DEFAULT_POLICY,
  DEFAULT_SETTINGS_POLICY,
  OVERRUNS,
  REMEMBER_EVERYTHING,
  policyFaults,
  policyOfRules1,
  type AccountPolicy,
  type Policy,
} from './settings/policy.js';
export type { MessageRefusalCode, RefusalCode, RefusalDetails } from './account/refusals.js';
export { snapshotDifference } from './storage/snapshot-difference.js';
export { SNAPSHOT_SHAPE, toSnapshot, fromSnapshot } from './storage/snapshot.js';
export { epochMs, isOnCalendar, later } from './support/time.js';
export type { Business, FrozenPrice, Price } from './settings/business.js';
export { priceOf } from './settings/price.js';
export {
  BEGINNING_OF_TIME,
  FIRST_BUSINESSES,
  PUBLISHED_AHEAD_SECONDS,
  RULES_NUMBERS,
  SETTINGS_STREAM,
  firstSettings,
  type PublishedSettings,
  type RulesNumber,
  type Settings,
} from './settings/settings.js';
export type { SettingsFault, SettingsFaultCode } from './settings/settings-fault.js';
export { settingsFaults, type SettingsDraft } from './settings/validate-settings.js';
export {
  firstOpeningNumber,
  isImportEvent,
  type AccountOpened,
  type Alteration,
  type ClosedAtOpening,
  type ImportBody,
  type ImportEvent,
  type ImportEventType,
  type ImportFields,
  type LegacyNumber,
  type LegacyRow,
  type LegacyRowsImported,
  type OpenAtOpening,
  type OpeningBatch,
} from './account/import-events.js';
export { fitOpening } from './account/fit-opening.js';
export { compareLegacyIds } from './account/legacy-ids.js';
export { legacyRowsEvents } from './account/legacy-rows-events.js';
export { LEGACY_ROWS_BYTES_MAX } from './account/legacy-rows-fault.js';
export { LegacyStatement, alterationsByRow } from './account/legacy-statement.js';
export { openingFault } from './account/opening-fault.js';
export { UnshowableRow, shownRow, type ShownLegacyRow } from './account/shown-row.js';
export {
  TAKE_OVER_STREAM,
  isTakeOverOn,
  periodsAfter,
  type TakeOverEvent,
  type TakeOverFinished,
  type TakeOverPeriod,
  type TakeOverStarted,
} from './settings/take-over.js';
export { parseTakeOver, serializeTakeOver } from './storage/take-over-event.js';
export { parseSettings, serializeSettings, type SettingsOrigin } from './storage/settings-event.js';
