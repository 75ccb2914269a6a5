export { kafkaTransport, type KafkaTransportOptions } from './kafka-transport.js';
export { NotAcknowledgedError, type SenderLimits } from './kafka-sender.js';
