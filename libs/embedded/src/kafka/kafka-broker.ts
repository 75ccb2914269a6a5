import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pollUntil } from '#async';
import { isKafkaReachable } from '#kafka';
import { findJava } from './java.js';
import { KafkaBrokerError } from './kafka-broker-error.js';
import { projectRoot } from '../process/project-root.js';
import { kafkaJars } from './kafka-jars.js';
import { stopLeftoverKafka, writeBrokerPid } from './kafka-orphan.js';
import { brokerHandle, keepLog, launch, type KafkaBroker } from './kafka-process.js';
import { serverProperties, type BrokerPorts, type ServerProperties } from './kafka-properties.js';
import { kafkaStorage, type ScramUser } from './kafka-storage.js';
import { freePorts, isPortFree } from '../process/ports.js';

const START_MS_MAX = 60_000;
const STOP_MS_MAX = 10_000;
const POLL_INTERVAL_MS = 100;
const CAUSE_CHARACTERS_MAX = 4_000;

export type { KafkaBroker } from './kafka-process.js';

export interface KafkaBrokerOptions {
  /** Storage, log and settings; kept between runs. */
  readonly dataDir: string;
  /** Default: free ones. */
  readonly port?: number;
  readonly controllerPort?: number;
  /** Default: `.data/kafka-jars` in the project. */
  readonly jarsDir?: string;
  readonly heapMb?: number;
  readonly startMsMax?: number;
  /** How long a SIGTERM may take before the SIGKILL. */
  readonly stopMsMax?: number;
  /** Server properties over ours: more listeners, other limits. */
  readonly properties?: ServerProperties;
  /** Written when the storage is made, so: on the first start on a folder. */
  readonly scramUsers?: readonly ScramUser[];
  readonly javaHome?: string;
  readonly mavenCommand?: string;
  /** Gives up a start that is under way. */
  readonly signal?: AbortSignal;
}

/** A real Kafka on this machine, of its own process. Throws a KafkaBrokerError when there can be none. */
export async function startKafkaBroker(options: KafkaBrokerOptions): Promise<KafkaBroker> {
  const java = await findJava(options.javaHome ?? process.env['JAVA_HOME']);
  const jars = await kafkaJars({
    cacheDir: options.jarsDir ?? join(projectRoot(), '.data', 'kafka-jars'),
    ...(options.mavenCommand === undefined ? {} : { mavenCommand: options.mavenCommand }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const classPath = join(jars, '*');
  const dataDir = resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true });
  await stopLeftoverKafka(dataDir);
  const ports = await choosePorts(options);
  const storage = await kafkaStorage({
    java,
    classPath,
    dataDir,
    ports,
    scramUsers: options.scramUsers ?? [],
  });
  const settings = join(dataDir, 'server.properties');
  await writeFile(settings, serverProperties(ports, storage, options.properties));

  const child = launch(java, classPath, settings, dataDir, options.heapMb ?? 256);
  const lastWords = keepLog(child, join(dataDir, 'broker.log'));
  const broker = brokerHandle(child, ports.broker, options.stopMsMax ?? STOP_MS_MAX, lastWords);
  try {
    await writeBrokerPid(dataDir, broker.pid);
    await waitUntilReachable(broker, dataDir, lastWords, options);
  } catch (error) {
    await broker.kill();
    throw error;
  }
  return broker;
}

async function choosePorts({ port, controllerPort }: KafkaBrokerOptions): Promise<BrokerPorts> {
  for (const requested of [port, controllerPort]) {
    if (requested === undefined || (await isPortFree(requested))) continue;
    throw new KafkaBrokerError(
      'port-taken',
      `Port ${requested} for the local Kafka is taken: stop what listens there, or choose another KAFKA_PORT.`,
    );
  }
  const [first = 0, second = 0] = await freePorts(2);
  return { broker: port ?? first, controller: controllerPort ?? second };
}

async function waitUntilReachable(
  broker: KafkaBroker,
  dataDir: string,
  lastWords: () => string,
  { startMsMax = START_MS_MAX, signal }: KafkaBrokerOptions,
): Promise<void> {
  const ended = new AbortController();
  void broker.ended.then(() => ended.abort());
  const isReachable = await pollUntil(() => isKafkaReachable(broker.brokers), {
    everyMs: POLL_INTERVAL_MS,
    totalMsMax: startMsMax,
    signal: signal === undefined ? ended.signal : AbortSignal.any([ended.signal, signal]),
  });
  if (isReachable) return;
  throw new KafkaBrokerError(
    'not-started',
    `The local Kafka ${ended.signal.aborted ? 'ended while it started' : `did not answer within ${startMsMax / 1000} s`}: read ${join(dataDir, 'broker.log')}.`,
    { cause: new Error(lastWords().slice(-CAUSE_CHARACTERS_MAX)) },
  );
}
