import {
  Kafka,
  logLevel,
  type Admin,
  type Consumer,
  type ConsumerConfig,
  type KafkaConfig,
  type Producer,
  type ProducerConfig,
  type RetryOptions,
  type SASLOptions,
} from 'kafkajs';
import { patchFetch } from './kafkajs-patches/fetch-patch.js';
import { patchIdleRequestQueue } from './kafkajs-patches/idle-patch.js';
import { logCreatorFor, type KafkaLog } from './log.js';
import { patchProduce } from './kafkajs-patches/produce-patch.js';

/** Certificates as PEM text. With an empty object, the authorities that this machine trusts are used. */
export interface KafkaTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name in the broker's certificate, where it differs from the host name. */
  readonly serverName?: string;
}

export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

export interface KafkaOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly tls?: KafkaTls | null;
  readonly sasl?: KafkaSasl | null;
  readonly log?: KafkaLog;
  readonly connectMsMax?: number;
  readonly requestMsMax?: number;
  readonly retry?: RetryOptions;
}

/** About 4 s in all. A caller that can wait longer retries by itself and reports it. */
const RETRY: RetryOptions = {
  retries: 6,
  initialRetryTime: 100,
  maxRetryTime: 1_000,
  multiplier: 2,
  factor: 0.2,
};
const CONNECT_MS_MAX = 3_000;
const REQUEST_MS_MAX = 10_000;

/** A test measures what the patch saves by removing it. */
export const removeIdlePatch = patchIdleRequestQueue();
patchProduce();
patchFetch();

/** Creates clients of one Kafka cluster. It does not connect by itself. */
export class KafkaConnection {
  readonly #options: KafkaOptions;

  constructor(options: KafkaOptions) {
    this.#options = options;
  }

  admin(): Admin {
    return this.#kafka().admin();
  }

  producer(config: ProducerConfig): Producer {
    return this.#kafka().producer({ allowAutoTopicCreation: false, ...config });
  }

  /** For this library alone: its "messages" are record batches that are not decompressed yet. */
  consumer(config: ConsumerConfig, onLog?: KafkaLog): Consumer {
    return this.#kafka(onLog).consumer({ allowAutoTopicCreation: false, ...config });
  }

  /** A client for each consumer: two of one client and one group would share their offsets. */
  #kafka(onLog?: KafkaLog): Kafka {
    return new Kafka(kafkaConfig(this.#options, onLog));
  }
}

export function connectKafka(options: KafkaOptions): KafkaConnection {
  return new KafkaConnection(options);
}

export function kafkaConfig(options: KafkaOptions, onLog?: KafkaLog): KafkaConfig {
  return {
    clientId: options.clientId,
    brokers: [...options.brokers],
    connectionTimeout: options.connectMsMax ?? CONNECT_MS_MAX,
    requestTimeout: options.requestMsMax ?? REQUEST_MS_MAX,
    retry: { ...RETRY, ...options.retry },
    logLevel: logLevel.INFO,
    logCreator: logCreatorFor((entry) => {
      options.log?.(entry);
      onLog?.(entry);
    }),
    ...(options.tls ? { ssl: tlsOptions(options.tls) } : {}),
    ...(options.sasl ? { sasl: saslOptions(options.sasl) } : {}),
  };
}

function tlsOptions({ ca, cert, key, serverName }: KafkaTls): NonNullable<KafkaConfig['ssl']> {
  return {
    ...(ca === undefined ? {} : { ca: [ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

function saslOptions({ mechanism, username, password }: KafkaSasl): SASLOptions {
  switch (mechanism) {
    case 'plain':
      return { mechanism, username, password };
    case 'scram-sha-256':
      return { mechanism, username, password };
    case 'scram-sha-512':
      return { mechanism, username, password };
  }
}

/** Whether a Kafka answers at these addresses. */
export async function isKafkaReachable(brokers: readonly string[]): Promise<boolean> {
  const admin = connectKafka({
    brokers,
    clientId: 'points-ledger-looks',
    connectMsMax: 1_000,
    requestMsMax: 2_000,
    retry: { retries: 0 },
  }).admin();
  try {
    await admin.connect();
    await admin.describeCluster();
    return true;
  } catch {
    return false;
  } finally {
    await admin.disconnect();
  }
}
