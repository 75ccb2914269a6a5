import { join, resolve } from 'node:path';
import { choosePort } from './choose-port.js';
import {
  KafkaBrokerError,
  type KafkaBrokerOptions,
  LogFile,
  startEmbeddedPostgres,
  startKafkaBroker,
  stopLeftoverPostgres,
  stopLeftoverKafka,
  SupervisedServer,
} from '#embedded';
import { isMachineError } from './machine-error.js';
import type { StackConfig } from './stack-config.js';

/** These differ from the servers' own default ports, which a developer's machine may use already. */
export const DEFAULT_PORTS = { postgres: 54_320, kafka: 29_092, api: 3_000 } as const;

/** The servers behind the apps, which are the stack's own unless the environment names others. */
export interface Servers {
  readonly databaseUrl: string;
  readonly eventStore: string;
  /** Null when there is no Kafka, without which everything else works. */
  readonly kafkaBrokers: string | null;
  stop(): Promise<void>;
}

interface Starting {
  readonly config: StackConfig;
  readonly logsDir: string;
  readonly report: (line: string) => void;
  /** Aborts the start. */
  readonly signal: AbortSignal;
  /** The paths of Java, Maven and the jars, for tests. */
  readonly kafka?: Pick<KafkaBrokerOptions, 'jarsDir' | 'javaHome' | 'mavenCommand'>;
}

/** Starts the servers that the environment does not name. Each is restarted on its port when it ends. */
export async function startServers(starting: Starting): Promise<Servers> {
  const { config } = starting;
  const postgres = config.databaseUrl === undefined ? await startPostgres(starting) : null;
  const databaseUrl = config.databaseUrl ?? postgres?.server.url ?? '';
  try {
    const kafka = config.kafkaBrokers === undefined ? await startKafka(starting) : null;
    return {
      databaseUrl,
      eventStore: config.eventStore ?? databaseUrl,
      kafkaBrokers: config.kafkaBrokers ?? kafka?.server.brokers.join(',') ?? null,
      stop: async () => {
        await kafka?.stop();
        await postgres?.stop();
      },
    };
  } catch (error) {
    await postgres?.stop();
    throw error;
  }
}

async function startPostgres({ config, logsDir, report, signal }: Starting) {
  const dataDir = join(config.dataDir, 'postgres');
  // A server that a killed stack left behind is stopped first, because it holds the default port.
  await stopLeftoverPostgres(dataDir, report);
  const { postgresPort } = config;
  const { port } = await choosePort('POSTGRES_PORT', postgresPort, DEFAULT_PORTS.postgres, report);
  report('starting Postgres');
  const log = new LogFile(join(logsDir, 'postgres.log'));
  return SupervisedServer.start(
    {
      name: 'Postgres',
      report,
      start: (startSignal) =>
        startEmbeddedPostgres({
          dataDir,
          port,
          report,
          log: (line) => log.write(`${line}\n`),
          signal: startSignal,
        }),
    },
    signal,
  );
}

/** The requested port is in use, or another process works on the data. */
const FATAL_KAFKA_CODES = ['port-taken', 'already-running'];

/** Reports a failure and returns null, because everything else works without Kafka. */
async function startKafka({ config, report, signal, kafka }: Starting) {
  const dataDir = join(config.dataDir, 'kafka');
  await stopLeftoverKafka(resolve(dataDir));
  const { port } = await choosePort('KAFKA_PORT', config.kafkaPort, DEFAULT_PORTS.kafka, report);
  report('starting Kafka (the first time, Maven fetches it: about 45 MB)');
  const start = (startSignal: AbortSignal) =>
    startKafkaBroker({ ...kafka, dataDir, port, signal: startSignal });
  try {
    return await SupervisedServer.start({ name: 'Kafka', report, start }, signal);
  } catch (error) {
    if (signal.aborted || !isKafkaOptional(error)) throw error;
    report(
      `${toSentence(error.message)} Until then commands go over HTTP, and everything else works.`,
    );
    return null;
  }
}

/** Whether the stack can start without Kafka, because the error does not concern a requested setting. */
function isKafkaOptional(error: unknown): error is Error {
  if (error instanceof KafkaBrokerError) return !FATAL_KAFKA_CODES.includes(error.code);
  return isMachineError(error);
}

const toSentence = (message: string): string =>
  message.endsWith('.') ? message : `The local Kafka cannot be started: ${message}.`;
