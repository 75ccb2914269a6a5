export {
  connectKafka,
  isKafkaReachable,
  type KafkaConnection,
  type KafkaOptions,
  type KafkaSasl,
  type KafkaTls,
} from './connection.js';
export { createCommandSource } from './consumer/kafka-command-source.js';
export {
  CONSUME_LIMITS,
  type ConsumeLimits,
  type ConsumeOptions,
  type ConsumerObserver,
} from './consumer/consume-options.js';
export { UndecodableBatchError } from './consumer/batch-reader.js';
export { MalformedRecordsError } from './record-batches/byte-reader.js';
export { messagesOfBatch } from './record-batches/messages-of-batch.js';
export { openLagMeter, type LagMeter, type PartitionLag } from './lag-meter.js';
export type { KafkaLog, KafkaLogEntry } from './log.js';
export type { OffsetJump } from './consumer/offset-jump-detector.js';
export {
  OutcomeProducer,
  isMessageTooLarge,
  type OutcomeProducerOptions,
} from './producer/outcome-producer.js';
export type {
  CommandSource,
  HandleResult,
  HeaderValue,
  IncomingMessage,
  IncomingMessages,
  MessageFault,
  MessageHeaders,
  MessageHandler,
  OutcomeSink,
  OutgoingMessage,
} from './ports.js';
export { followTopic, type ReadOptions, type TopicReader } from './consumer/follow-topic.js';
export { readTopic } from './consumer/read-topic.js';
export type { TopicWarning } from './topic-warnings.js';
export type { TopicPlan } from './topic-plan.js';
export { ensureTopics, ledgerTopics, type LedgerTopicsOptions } from './topics.js';
