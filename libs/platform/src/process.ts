export {
  ConfigurationError,
  readConfiguration,
  type ConfigurationFault,
  type Environment,
} from './config/configuration.js';
export { StallDetector } from './health/stall-detector.js';
export { GREEN, Health, type HealthStatus, type HealthReport } from './health/health.js';
export {
  KAFKA_VARIABLES,
  kafkaOptions,
  type KafkaOptions,
  type KafkaVariables,
} from './config/kafka-variables.js';
export { kafkaLogger } from './log/kafka-logger.js';
export { createLog, redactSecrets, type Log, type LogOptions } from './log/log.js';
export { LossyWriter, type WriteSome } from './log/lossy-writer.js';
export { createMetrics, LATENCY_BUCKETS_SECONDS } from './metrics/metrics.js';
export { NestLogger } from './log/nest-logger.js';
export { StartupError, exitOnError, standardError } from './lifecycle/exit-on-error.js';
export {
  GracefulShutdown,
  SHUTDOWN_PHASES,
  type ShutdownPhase,
  type ShutdownStep,
} from './lifecycle/graceful-shutdown.js';
export {
  handleShutdownSignals,
  type ShutdownSignalsOptions,
} from './lifecycle/shutdown-signals.js';
export { isServerUnavailable } from './log/external-errors.js';
export { stopWithParent } from './lifecycle/stop-with-parent.js';
export { serveProbes, type ProbeServer, type ProbeServerOptions } from './health/probe-server.js';
export { json, list, onOff, port, wholeNumber } from './config/variable-types.js';
