export {
  connectKafka,
  kafkaAnswers,
  type KafkaConnection,
  type KafkaOptions,
  type KafkaSasl,
  type KafkaTls,
} from './connect.js';
export { consumeBatches } from './consume.js';
export {
  CONSUME_LIMITS,
  type ConsumeLimits,
  type ConsumeOptions,
  type ConsumerObserver,
} from './consume-options.js';
export { UndecodableBatch } from './batch-reader.js';
export { Malformed } from './fetch/byte-reader.js';
export { messagesOfBatch } from './fetch/from-batch.js';
export { openLagMeter, type LagMeter, type PartitionLag } from './lag.js';
export type { KafkaLog, KafkaLogEntry } from './log.js';
export type { OffsetJump } from './offset-watch.js';
export {
  NotAcknowledged,
  OutcomeProducer,
  isTooLarge,
  type OutcomeProducerOptions,
} from './outcome-producer.js';
export type {
  CommandSource,
  Handled,
  HeaderValue,
  IncomingMessage,
  IncomingMessages,
  MessageFault,
  MessageHeaders,
  MessageReceiver,
  OutcomeSink,
  OutgoingMessage,
} from './ports.js';
export { followTopic, readTopic, type ReadOptions, type TopicReader } from './topic-reader.js';
export type { TopicWarning } from './topic-warnings.js';
export { ensureTopics, ledgerTopics, type LedgerTopicsOptions, type TopicPlan } from './topics.js';
