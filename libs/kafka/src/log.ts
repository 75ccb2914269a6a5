import { logLevel, type LogEntry, type logCreator } from 'kafkajs';

/** What kafkajs logs: connections, rebalances, its own retries. */
export interface KafkaLogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export type KafkaLog = (entry: KafkaLogEntry) => void;

const levelOf: Partial<Record<logLevel, KafkaLogEntry['level']>> = {
  [logLevel.ERROR]: 'error',
  [logLevel.WARN]: 'warn',
  [logLevel.INFO]: 'info',
};

/** Makes kafkajs give every entry to `log` instead of printing it. */
export function logCreatorFor(log: KafkaLog): logCreator {
  return () => (entry: LogEntry) => {
    const details: Record<string, unknown> = { ...entry.log, namespace: entry.namespace };
    delete details['message'];
    delete details['timestamp'];
    delete details['logger'];
    log({ level: levelOf[entry.level] ?? 'debug', message: entry.log.message, details });
  };
}
