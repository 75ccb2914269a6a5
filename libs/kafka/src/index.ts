export { connectKafka, isKafkaReachable, type KafkaConnection } from './connection.js';
export { createCommandSource } from './consumer/kafka-command-source.js';
export { CONSUME_LIMITS, type ConsumerObserver } from './consumer/consume-options.js';
export { MalformedRecordsError } from './record-batches/byte-reader.js';
export { messagesOfBatch } from './record-batches/messages-of-batch.js';
export { openLagMeter, type LagMeter } from './lag-meter.js';
export { OutcomeProducer, isMessageTooLarge } from './producer/outcome-producer.js';
export type {
  HandleResult,
  HeaderValue,
  IncomingMessage,
  IncomingMessages,
  MessageHeaders,
  MessageHandler,
  OutcomeSink,
  OutgoingMessage,
} from './ports.js';
export { followTopic, type TopicReader } from './consumer/follow-topic.js';
export { readTopic } from './consumer/read-topic.js';
export type { TopicPlan } from './topic-plan.js';
export { ensureTopics, ledgerTopics } from './topics.js';
