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
  parseCommandData,
  type CommandBody,
  type CommandData,
} from './command-data.js';
export {
  formatFieldErrors,
  parseWith,
  parseQuery,
  type FieldError,
  type ParseResult,
  type QuerySchema,
} from './field-error.js';
export { parseIdempotencyKey } from './idempotency-key.js';
export { headerOf, type HeaderValue, type RawMessage } from './raw-message.js';
export { duplicateFieldError } from './duplicate-field.js';
export {
  API_SOURCE_PREFIX,
  COMMAND_CE_TYPES,
  COMMAND_TYPES,
  COMMAND_TYPE_OF,
  DEAD_LETTER_HEADERS,
  HTTP_HEADERS,
  MESSAGE_BYTES_MAX,
  OUTCOME_CE_TYPE,
  OUTCOME_SOURCE,
  SWEEPER_SOURCE_PREFIX,
  TOPICS,
  type CommandCeType,
  type DeadLetterReason,
} from './wire-names.js';
export {
  commandOutcome,
  parseOutcome,
  toInvalidOutcome,
  toOutcome,
  type CommandOutcome,
  type Sender,
} from './outcome.js';
export { PROBLEM_MEDIA_TYPE, problem, type Problem } from './problem.js';
export { optionalParked, parked, type Parked } from './parked.js';
export {
  PAGE_DEFAULT,
  PAGE_MAX,
  TIME_ZONE_DEFAULT,
  balanceQuery,
  batchesQuery,
  commandQuery,
  eventsQuery,
  exportQuery,
  lastEventId,
  positionQuery,
  rowParam,
  stateQuery,
  storyQuery,
  streamQuery,
  transactionsQuery,
  usageQuery,
  type BalanceQuery,
  type EventsQuery,
  type ExportQuery,
  type StateQuery,
  type TransactionsQuery,
  type UsageQuery,
} from './queries.js';
export {
  MESSAGE_REFUSAL_CODES,
  OUTCOME_CODES,
  REFUSAL_CODES,
  type OutcomeCode,
} from './refusal-codes.js';
export { refusalMessage } from './refusal-messages.js';
export { eventsPage, storedEvent, type EventsPage, type StoredEvent } from './stored-events.js';
export {
  CONSUMPTION_STATUSES,
  consumptionStory,
  transactionStory,
  type ConsumptionStatus,
  type ConsumptionStory,
  type TransactionStory,
} from './story.js';
export { SUBJECT_MAX, apiSourceOf, commandSource } from './command-source.js';
export { TIME_MAX, TIME_MIN, timeFromMs, normalizeTime } from './time.js';
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
  type UsageByDay,
  type UsageByDayAndSourceType,
  type UsageBySourceType,
} from './usage.js';
export { commandMessage, outcomeMessage, type OutgoingMessage } from './outgoing-message.js';
export {
  BUSINESSES,
  COMMAND_POINTS_MAX,
  EXPIRE_LABEL,
  PRIORITY_DEFAULT,
  RECHARGE_LABEL,
  SOURCE_TYPES,
  refundLabel,
  type CommandType,
  type EventType,
  type LedgerEvent,
  type MessageRefusalCode,
  type RefundCause,
  type RefusalCode,
  type SourceType,
} from '#ledger';
