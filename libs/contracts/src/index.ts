export {
  accountBalance,
  accountBatches,
  accountMoved,
  accountState,
  pointBatch,
  type AccountBalance,
  type AccountBatches,
  type AccountMoved,
  type AccountState,
  type PointBatch,
} from './account.js';
export { parseCommandMessage, type CommandMessage, type ParsedMessage } from './command-message.js';
export {
  addressee,
  commandDataSchemas,
  commandTypesOf,
  parseCommandData,
  type CommandBody,
} from './command-data.js';
export {
  formatFieldErrors,
  parseWith,
  parseQuery,
  type FieldError,
  type ParseResult,
  type QuerySchema,
} from './field-error.js';
export { businessCode, sourceId } from './fields.js';
export { parseIdempotencyKey } from './idempotency-key.js';
export { headerOf, type RawMessage } from './raw-message.js';
export { duplicateFieldError } from './duplicate-field.js';
export {
  COMMAND_CE_TYPES,
  COMMAND_TYPES,
  DEAD_LETTER_HEADERS,
  MESSAGE_BYTES_MAX,
  SWEEPER_SOURCE_PREFIX,
  TOPICS,
  type DeadLetterReason,
  type CommandType,
} from './protocol-names.js';
export {
  commandOutcome,
  parseOutcome,
  toInvalidOutcome,
  toOutcome,
  type CommandOutcome,
  type Sender,
} from './outcome.js';
export { PROBLEM_MEDIA_TYPE, problem, type Problem } from './problem.js';
export { parked, type Parked } from './parked.js';
export {
  balanceQuery,
  batchesQuery,
  commandQuery,
  eventsQuery,
  exportQuery,
  lastEventId,
  outcomeQuery,
  positionQuery,
  rowParam,
  settingsParams,
  settingsQuery,
  stateQuery,
  storyQuery,
  streamQuery,
  transactionsQuery,
  usageQuery,
  type BalanceQuery,
  type EventsQuery,
  type ExportQuery,
  type OutcomeQuery,
  type SettingsQuery,
  type StateQuery,
  type TransactionsQuery,
  type UsageQuery,
} from './queries.js';
export { quoteAnswer, quoteRequest, type QuoteAnswer } from './quotes.js';
export { OUTCOME_CODES, type OutcomeCode } from './refusal-codes.js';
export { refusalSentence } from './refusal-messages.js';
export {
  businessList,
  settingsCheck,
  settingsDraft,
  settingsPage,
  settingsPreview,
  settingsVersion,
  type BusinessList,
  type SettingsCheck,
  type SettingsPage,
  type SettingsPreview,
  type SettingsVersion,
} from './settings.js';
export { eventsPage, storedEvent, type EventsPage, type StoredEvent } from './stored-events.js';
export {
  CONSUMPTION_STATUSES,
  consumptionStory,
  rechargeStory,
  transactionStory,
  type ConsumptionStatus,
  type ConsumptionStory,
  type RechargeStory,
  type TransactionStory,
} from './story.js';
export { SUBJECT_MAX, apiSourceOf, commandSource } from './command-source.js';
export { TIME_MAX, timeFromMs } from './time.js';
export { formatTraceparent, nextTraceparent, parseTraceparent } from './traceparent.js';
export {
  TRANSACTION_COLUMNS,
  TRANSACTION_FIELDS,
  TRANSACTION_TYPES,
  pointTransactionItem,
  transactionsPage,
  type PointTransactionItem,
  type TransactionType,
  type TransactionsPage,
} from './transactions.js';
export {
  usage,
  usageByDay,
  usageByDayAndSourceType,
  usageBySourceType,
  type Usage,
  type UsageByDayAndSourceType,
} from './usage.js';
export { commandMessage, outcomeMessage, type OutgoingMessage } from './outgoing-message.js';
export { COMMAND_POINTS_MAX, DEFAULT_SETTINGS_POLICY, SOURCE_TYPES, priceOf } from '#ledger';
export type { SettingsFaultCode } from '#ledger';
