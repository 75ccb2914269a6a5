import type { Log } from './log.js';

/** As the Kafka client says it. */
interface KafkaLogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What the Kafka client repeats by itself: how it is named, outside trouble. */
class KafkaJSClientError extends Error {
  override readonly name = 'KafkaJSTrouble';
}

/**
 * What the Kafka client says about itself, in our lines. What it calls an error it repeats by itself,
 * and several of its parts tell of each: that is passing trouble here, told once. A consumer that it
 * gives up is told by whoever started it.
 */
export function kafkaLogger(log: Log): (entry: KafkaLogEntry) => void {
  return ({ level, message, details }) => {
    if (level !== 'error') return log[level]({ ...details, text: message }, 'kafka');
    const { error, stack, ...rest } = details;
    const text = typeof error === 'string' ? `${message}: ${error}` : message;
    // "Failed to connect …: Connection error: connect ECONNREFUSED …": the last of it is the root.
    const err = new KafkaJSClientError(text, { cause: new Error(text.split(': ').at(-1)) });
    if (typeof stack === 'string') err.stack = stack;
    log.warn({ ...rest, err }, 'kafka');
  };
}
