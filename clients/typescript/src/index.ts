export {
  LedgerClient,
  type CallOptions,
  type LedgerClientOptions,
} from './client/ledger-client.js';
export type { Cost, Hold, HoldData, HoldOptions, KeepAlive } from './client/hold.js';
export {
  RefusedError,
  UnknownOutcomeError,
  isInsufficientPoints,
  orThrow,
  type Accepted,
  type CommandResult,
  type InsufficientPoints,
  type Refused,
  type Unknown,
  type WaitOptions,
} from './client/results.js';
export type { Command, CommandName, CommandOptions } from './protocol/command.js';
export type {
  CommandDataOf,
  ConsumeData,
  ExpireData,
  ExtendData,
  Overrun,
  RechargeData,
  RefundData,
  ReinstateData,
  ReverseData,
  SettleData,
  Time,
} from './protocol/command-data.js';
export type { Decision } from './protocol/decision.js';
export {
  ClientClosedError,
  ForbiddenError,
  InvalidCommandError,
  UnauthorizedError,
} from './protocol/errors.js';
export type { CommandType } from './protocol/names.js';
export { REFUSAL_CODES, type Outcome, type RefusalCode } from './protocol/outcome.js';
export type { SigningKey } from './protocol/signature.js';
export { derivedId } from './protocol/uuid.js';
export type {
  Balance,
  Batch,
  ConsumptionStory,
  Parked,
  Quote,
  RechargeStory,
  Story,
  Transaction,
  UsageItem,
} from './reading/answers.js';
export {
  LedgerReader,
  type LedgerReaderOptions,
  type OutcomeName,
  type QuoteRequest,
  type TransactionFilters,
  type UsageFilters,
} from './reading/ledger-reader.js';
export type { LiveEvent, LiveOptions } from './reading/live-rows.js';
export { ReadError, ReadTimeoutError } from './reading/read-error.js';
export type { ReadOptions } from './reading/read-json.js';
export type { BackoffLimits } from './support/backoff.js';
export type { Clock } from './support/clock.js';
export type { Log, LogEntry } from './support/log.js';
export { openTelemetry, type OpenTelemetryApi } from './support/open-telemetry.js';
export type { Span, Tracing } from './support/tracing.js';
export type { HttpOptions } from './transport/http-call.js';
export {
  NotPublishedError,
  httpTransport,
  type HttpTransportOptions,
} from './transport/http-transport.js';
export type { TokenProvider } from './transport/token-source.js';
export type { AttemptLimits, Transport } from './transport/transport.js';
