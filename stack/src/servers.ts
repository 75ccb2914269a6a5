import { join } from 'node:path';
import { choosePort } from './choose-port.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { KafkaBrokerError } from './kafka-broker-error.js';
import { startKafkaBroker } from './kafka-broker.js';
import type { StackSettings } from './settings.js';

/** Away from the servers' own, which a developer's machine may use already. */
export const USUAL_PORTS = { postgres: 54_320, kafka: 29_092, api: 3_000 } as const;

/** The servers behind the apps: the stack's own, or those that were named. */
export interface Servers {
  readonly databaseUrl: string;
  readonly eventStore: string;
  /** null: there is no Kafka here; everything else works. */
  readonly kafkaBrokers: string | null;
  /** Settles when one of the stack's own ended by itself, with its name. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

export async function startServers(
  settings: StackSettings,
  say: (line: string) => void,
): Promise<Servers> {
  const postgres = settings.databaseUrl === undefined ? await startPostgres(settings, say) : null;
  const databaseUrl = settings.databaseUrl ?? postgres?.url ?? '';
  try {
    const kafka = settings.kafkaBrokers === undefined ? await startKafka(settings, say) : null;
    const ends = [
      ...(postgres ? [postgres.ended.then(() => 'Postgres')] : []),
      ...(kafka ? [kafka.ended.then(() => 'Kafka')] : []),
    ];
    return {
      databaseUrl,
      eventStore: settings.eventStore ?? databaseUrl,
      kafkaBrokers: settings.kafkaBrokers ?? kafka?.brokers.join(',') ?? null,
      ended: Promise.race([...ends, new Promise<never>(() => undefined)]),
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

async function startPostgres(settings: StackSettings, say: (line: string) => void) {
  const { port } = await choosePort(
    'POSTGRES_PORT',
    settings.postgresPort,
    USUAL_PORTS.postgres,
    say,
  );
  say('starting Postgres');
  return startEmbeddedPostgres({ dataDir: join(settings.dataDir, 'postgres'), port, say });
}

const NO_KAFKA = ['java-missing', 'java-too-old', 'maven-missing'];

/** Without Java or Maven there is no Kafka here, and that is said; any other trouble ends the start. */
async function startKafka(settings: StackSettings, say: (line: string) => void) {
  const { port } = await choosePort('KAFKA_PORT', settings.kafkaPort, USUAL_PORTS.kafka, say);
  say('starting Kafka (the first time, Maven fetches it: about 45 MB)');
  try {
    return await startKafkaBroker({ dataDir: join(settings.dataDir, 'kafka'), port });
  } catch (error) {
    if (!(error instanceof KafkaBrokerError) || !NO_KAFKA.includes(error.code)) throw error;
    say(`${error.message} Until then there is no Kafka: commands go over HTTP, all else works.`);
    return null;
  }
}
