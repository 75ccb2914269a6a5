import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONSUME_LIMITS } from '#kafka';
import {
  ConfigurationError,
  KAFKA_VARIABLES,
  kafkaOptions,
  readConfiguration,
  wholeNumber,
  type Environment,
  type KafkaOptions,
} from '#platform/process';
import { z } from 'zod';

const VARIABLES = z.object({
  ...KAFKA_VARIABLES,
  KAFKA_BATCH_BYTES_MAX: wholeNumber({ min: 1, max: 2 ** 30 }).prefault(
    String(CONSUME_LIMITS.batchBytesMax),
  ),
});

export interface Settings {
  readonly kafka: KafkaOptions;
  readonly batchBytesMax: number;
}

/** The configured Kafka, as for the intake, or else that of the running local stack. */
export function deadLetterSettings(env: Environment): Settings {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const brokers = present['KAFKA_BROKERS'] ?? brokersOfRunningStack(present['DATA_DIR'] ?? '.data');
  const read = readConfiguration(VARIABLES, { ...present, KAFKA_BROKERS: brokers });
  return { kafka: kafkaOptions(read), batchBytesMax: read.KAFKA_BATCH_BYTES_MAX };
}

/** `npm start` describes its servers in this file while it runs. */
function brokersOfRunningStack(dataDir: string): string {
  const fault = { variable: 'KAFKA_BROKERS', fault: 'is not set, and no local stack is running' };
  try {
    const ready = JSON.parse(readFileSync(join(dataDir, 'ready.json'), 'utf8')) as {
      readonly kafka?: unknown;
    };
    if (typeof ready.kafka === 'string') return ready.kafka;
  } catch {
    throw new ConfigurationError([fault]);
  }
  throw new ConfigurationError([
    { ...fault, fault: 'is not set, and the local stack runs without Kafka' },
  ]);
}
