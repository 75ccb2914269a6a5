import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { kafkaAnswers } from '#kafka';
import { findJava } from './java.js';
import { KafkaBrokerError } from './kafka-broker-error.js';
import { kafkaJars, projectRoot } from './kafka-jars.js';
import { stopOrphan, writeBrokerPid } from './kafka-orphan.js';
import { serverProperties, type BrokerPorts, type ServerProperties } from './kafka-properties.js';
import { kafkaStorage, type ScramUser } from './kafka-storage.js';
import { freePorts, isPortFree } from './ports.js';

const START_MS_MAX = 60_000;
const STOP_MS_MAX = 10_000;
const LOOK_AGAIN_MS = 100;
const LOG_CHARACTERS_MAX = 4_000;

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
}

export interface KafkaBroker {
  readonly brokers: readonly string[];
  readonly port: number;
  readonly pid: number;
  /** Resolves when the process has ended, whoever ended it. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
  /** For tests: stands still as on a machine that hangs, connections open. */
  pause(): void;
  resume(): void;
  /** For tests: SIGKILL, and gone. */
  kill(): Promise<void>;
}

/** A real Kafka on this machine, of its own process. Throws a KafkaBrokerError when there can be none. */
export async function startKafkaBroker(options: KafkaBrokerOptions): Promise<KafkaBroker> {
  const java = await findJava(options.javaHome ?? process.env['JAVA_HOME']);
  const jars = await kafkaJars({
    cacheDir: options.jarsDir ?? join(projectRoot(), '.data', 'kafka-jars'),
    ...(options.mavenCommand === undefined ? {} : { mavenCommand: options.mavenCommand }),
  });
  const classPath = join(jars, '*');
  const dataDir = resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true });
  await stopOrphan(dataDir);
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
  const broker = handleOf(child, ports.broker, options.stopMsMax ?? STOP_MS_MAX);
  try {
    await writeBrokerPid(dataDir, broker.pid);
    await untilItAnswers(broker, dataDir, options.startMsMax ?? START_MS_MAX);
  } catch (error) {
    await broker.kill();
    throw error;
  }
  return broker;
}

async function choosePorts({ port, controllerPort }: KafkaBrokerOptions): Promise<BrokerPorts> {
  for (const asked of [port, controllerPort]) {
    if (asked === undefined || (await isPortFree(asked))) continue;
    throw new KafkaBrokerError(
      'port-taken',
      `Port ${asked} for the local Kafka is taken: stop what listens there, or choose another KAFKA_PORT.`,
    );
  }
  const [first = 0, second = 0] = await freePorts(2);
  return { broker: port ?? first, controller: controllerPort ?? second };
}

/** In a process group of its own: a Ctrl-C in the terminal is for us, and we stop it in our order. */
function launch(
  java: string,
  classPath: string,
  settings: string,
  dataDir: string,
  heapMb: number,
): ChildProcess {
  const log = openSync(join(dataDir, 'broker.log'), 'w');
  try {
    return spawn(
      java,
      [
        `-Xmx${heapMb}m`,
        '-XX:TieredStopAtLevel=1',
        '-XX:+UseSerialGC',
        '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
        '-Dorg.slf4j.simpleLogger.showDateTime=true',
        '-cp',
        classPath,
        'kafka.Kafka',
        settings,
      ],
      { cwd: dataDir, detached: true, stdio: ['ignore', log, log] },
    );
  } finally {
    closeSync(log);
  }
}

function handleOf(child: ChildProcess, port: number, stopMsMax: number): KafkaBroker {
  const ended = new Promise<void>((done) => {
    child.once('exit', () => done());
    child.once('error', () => done());
  });
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const kill = async () => {
    if (!hasEnded()) child.kill('SIGKILL');
    await ended;
  };
  return {
    brokers: [`127.0.0.1:${port}`],
    port,
    pid: child.pid ?? 0,
    ended,
    kill,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    stop: async () => {
      if (!hasEnded()) {
        child.kill('SIGTERM');
        child.kill('SIGCONT');
      }
      const giveUp = new AbortController();
      const limit = wait(stopMsMax, undefined, { signal: giveUp.signal }).then(kill, () => {});
      await ended;
      giveUp.abort();
      await limit;
    },
  };
}

async function untilItAnswers(broker: KafkaBroker, dataDir: string, msMax: number): Promise<void> {
  const until = Date.now() + msMax;
  let running = true;
  void broker.ended.then(() => (running = false));
  while (running && Date.now() < until) {
    if (await kafkaAnswers(broker.brokers)) return;
    await wait(LOOK_AGAIN_MS);
  }
  const log = await readFile(join(dataDir, 'broker.log'), 'utf8').catch(() => '');
  throw new KafkaBrokerError(
    'not-started',
    `The local Kafka ${running ? `did not answer within ${msMax / 1000} s` : 'ended while it started'}: read ${join(dataDir, 'broker.log')}.`,
    { cause: new Error(log.slice(-LOG_CHARACTERS_MAX)) },
  );
}
