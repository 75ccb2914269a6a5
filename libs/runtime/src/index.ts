export { SYSTEM_CLOCK, type Clock } from './clock.js';
export {
  ConfigurationError,
  readConfiguration,
  type ConfigurationFault,
  type Environment,
} from './configuration.js';
export { every, type Repeated } from './every.js';
export { Flow } from './flow.js';
export { GREEN, Health, type Condition, type HealthReport } from './health.js';
export {
  KAFKA_VARIABLES,
  kafkaSettings,
  type KafkaSettings,
  type KafkaVariables,
} from './kafka-variables.js';
export { kafkaLog } from './kafka-log.js';
export { createLog, withoutSecrets, type Log, type LogOptions } from './log.js';
export { LossyWriter, type WriteSome } from './lossy-writer.js';
export { createMetrics, LATENCY_BUCKETS_SECONDS } from './metrics.js';
export { NestLog } from './nest-log.js';
export { StartError, orExit, standardError } from './or-exit.js';
export {
  stopInOrder,
  type StopOptions,
  type Stopping,
  type StoppableProcess,
  type StopStep,
} from './orderly-stop.js';
export { isServerAway } from './outside-trouble.js';
export { stopWithParent } from './stop-with-parent.js';
export { serveProbes, type Probes, type ProbesOptions } from './probes.js';
export {
  formatTraceparent,
  nextTraceparent,
  parseTraceparent,
  type Traceparent,
} from './traceparent.js';
export { json, list, onOff, port, wholeNumber } from './variables.js';
