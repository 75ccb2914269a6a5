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
import type { StackSettings } from './settings.js';

/** Away from the servers' own, which a developer's machine may use already. */
export const USUAL_PORTS = { postgres: 54_320, kafka: 29_092, api: 3_000 } as const;

/** The servers behind the apps: the stack's own, or those that were named. */
export interface Servers {
  readonly databaseUrl: string;
  readonly eventStore: string;
  /** null: there is no Kafka here; everything else works. */
  readonly kafkaBrokers: string | null;
  stop(): Promise<void>;
}

interface Starting {
  readonly settings: StackSettings;
  readonly logsDir: string;
  readonly report: (line: string) => void;
  /** Gives up what is under way. */
  readonly signal: AbortSignal;
  /** For tests: where Java, Maven and the jars are. */
  readonly kafka?: Pick<KafkaBrokerOptions, 'jarsDir' | 'javaHome' | 'mavenCommand'>;
}

/** Starts those that were not named. Each is started again on its port when it ends by itself. */
export async function startServers(starting: Starting): Promise<Servers> {
  const { settings } = starting;
  const postgres = settings.databaseUrl === undefined ? await startPostgres(starting) : null;
  const databaseUrl = settings.databaseUrl ?? postgres?.server.url ?? '';
  try {
    const kafka = settings.kafkaBrokers === undefined ? await startKafka(starting) : null;
    return {
      databaseUrl,
      eventStore: settings.eventStore ?? databaseUrl,
      kafkaBrokers: settings.kafkaBrokers ?? kafka?.server.brokers.join(',') ?? null,
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

async function startPostgres({ settings, logsDir, report: report, signal }: Starting) {
  const dataDir = join(settings.dataDir, 'postgres');
  // Before a port is chosen: one that a killed stack left behind holds the usual one.
  await stopLeftoverPostgres(dataDir, report);
  const { postgresPort } = settings;
  const { port } = await choosePort('POSTGRES_PORT', postgresPort, USUAL_PORTS.postgres, report);
  report('starting Postgres');
  const log = new LogFile(join(logsDir, 'postgres.log'));
  return SupervisedServer.start(
    {
      name: 'Postgres',
      report: report,
      start: (given) =>
        startEmbeddedPostgres({
          dataDir,
          port,
          report: report,
          log: (line) => log.write(`${line}\n`),
          signal: given,
        }),
    },
    signal,
  );
}

/** Somebody asked for just this port, or another process works on these data. */
const ENDS_THE_START = ['port-taken', 'already-running'];

/** Where Kafka can't be had there is none here, and that is said: everything else works without it. */
async function startKafka({ settings, report: report, signal, kafka }: Starting) {
  const dataDir = join(settings.dataDir, 'kafka');
  await stopLeftoverKafka(resolve(dataDir));
  const { port } = await choosePort('KAFKA_PORT', settings.kafkaPort, USUAL_PORTS.kafka, report);
  report('starting Kafka (the first time, Maven fetches it: about 45 MB)');
  const start = (given: AbortSignal) =>
    startKafkaBroker({ ...kafka, dataDir, port, signal: given });
  try {
    return await SupervisedServer.start({ name: 'Kafka', report: report, start }, signal);
  } catch (error) {
    if (signal.aborted || !isWithoutKafka(error)) throw error;
    report(
      `${inASentence(error.message)} Until then there is no Kafka: commands go over HTTP, all else works.`,
    );
    return null;
  }
}

/** No Kafka for a reason that has nothing to do with what was asked for. */
function isWithoutKafka(error: unknown): error is Error {
  if (error instanceof KafkaBrokerError) return !ENDS_THE_START.includes(error.code);
  return isMachineError(error);
}

const inASentence = (message: string): string =>
  message.endsWith('.') ? message : `The local Kafka can not be started: ${message}.`;
