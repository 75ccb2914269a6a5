import type { Log } from './log.js';

/** A log entry of the Kafka client. */
interface KafkaLogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** An error that the Kafka client retries by itself. Its name marks it as external. */
class KafkaJSClientError extends Error {
  override readonly name = 'KafkaJSClientError';
}

/**
 * Writes the log of the Kafka client into ours. It reports an error several times and retries by
 * itself, so errors are logged as external warnings, once each. A consumer that it gives up is
 * reported by the code that started it.
 */
export function kafkaLogger(log: Log): (entry: KafkaLogEntry) => void {
  return ({ level, message, details }) => {
    if (level !== 'error') return log[level]({ ...details, text: message }, 'kafka');
    const { error, stack, ...rest } = details;
    const text = typeof error === 'string' ? `${message}: ${error}` : message;
    // In "Failed to connect …: Connection error: connect ECONNREFUSED …" the last part is the root cause.
    const err = new KafkaJSClientError(text, { cause: new Error(text.split(': ').at(-1)) });
    if (typeof stack === 'string') err.stack = stack;
    log.warn({ ...rest, err }, 'kafka');
  };
}
