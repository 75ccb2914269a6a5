import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigurationError, type ConfigurationFault } from './configuration.js';
import { list, onOff } from './variable-types.js';

/** Variables of every process that uses Kafka: `z.object({ ...KAFKA_VARIABLES, … })`. */
export const KAFKA_VARIABLES = {
  KAFKA_BROKERS: list().refine((brokers) => brokers.length > 0, {
    error: 'must name at least one host:port',
  }),
  KAFKA_CLIENT_ID: z.string().min(1).default('points-ledger'),
  KAFKA_TLS: onOff().prefault('off'),
  /** PEM files. Without a CA file, the certificate authorities of the machine are trusted. */
  KAFKA_TLS_CA_FILE: z.string().optional(),
  KAFKA_TLS_CERT_FILE: z.string().optional(),
  KAFKA_TLS_KEY_FILE: z.string().optional(),
  KAFKA_TLS_SERVER_NAME: z.string().optional(),
  KAFKA_SASL_MECHANISM: z
    .enum(['', 'plain', 'scram-sha-256', 'scram-sha-512'], {
      error: 'must be plain, scram-sha-256 or scram-sha-512',
    })
    .default(''),
  KAFKA_SASL_USERNAME: z.string().default(''),
  KAFKA_SASL_PASSWORD: z.string().default(''),
};

export type KafkaVariables = z.output<z.ZodObject<typeof KAFKA_VARIABLES>>;

export interface KafkaOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly tls: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly serverName?: string;
  } | null;
  readonly sasl: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  } | null;
}

/** Reads the named files, and rejects an incomplete login. */
export function kafkaOptions(variables: KafkaVariables): KafkaOptions {
  const faults: ConfigurationFault[] = [];
  const options: KafkaOptions = {
    brokers: variables.KAFKA_BROKERS,
    clientId: variables.KAFKA_CLIENT_ID,
    tls: variables.KAFKA_TLS ? tlsOf(variables, faults) : null,
    sasl: saslOf(variables, faults),
  };
  if (faults.length > 0) throw new ConfigurationError(faults);
  return options;
}

function tlsOf(
  variables: KafkaVariables,
  faults: ConfigurationFault[],
): NonNullable<KafkaOptions['tls']> {
  const read = (variable: 'KAFKA_TLS_CA_FILE' | 'KAFKA_TLS_CERT_FILE' | 'KAFKA_TLS_KEY_FILE') => {
    const file = variables[variable];
    if (!file) return undefined;
    try {
      return readFileSync(file, 'utf8');
    } catch {
      faults.push({ variable, fault: 'names a file that cannot be read' });
      return undefined;
    }
  };
  const ca = read('KAFKA_TLS_CA_FILE');
  const cert = read('KAFKA_TLS_CERT_FILE');
  const key = read('KAFKA_TLS_KEY_FILE');
  const serverName = variables.KAFKA_TLS_SERVER_NAME;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName ? { serverName } : {}),
  };
}

function saslOf(variables: KafkaVariables, faults: ConfigurationFault[]): KafkaOptions['sasl'] {
  const mechanism = variables.KAFKA_SASL_MECHANISM;
  if (mechanism === '') return null;
  for (const variable of ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const) {
    if (variables[variable] === '') {
      faults.push({ variable, fault: 'must be set when KAFKA_SASL_MECHANISM is' });
    }
  }
  const { KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = variables;
  return { mechanism, username, password };
}
