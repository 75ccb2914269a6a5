import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KafkaBrokerError } from './kafka-broker-error.js';
import { runCommand } from './run-command.js';

const FETCH_MS_MAX = 10 * 60_000;

export interface KafkaJarsOptions {
  /** Where the jars are kept between runs. */
  readonly cacheDir: string;
  readonly mavenCommand?: string;
}

/**
 * The folder with Kafka's jars, fetched by Maven when it is not there yet. A folder that has its
 * final name is whole: an interrupted fetch leaves only a temporary one, and the next removes it.
 */
export async function kafkaJars({
  cacheDir,
  mavenCommand = 'mvn',
}: KafkaJarsOptions): Promise<string> {
  const pom = join(projectRoot(), 'stack', 'kafka', 'pom.xml');
  const version = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex')
    .slice(0, 12);
  const jars = join(cacheDir, version);
  if (existsSync(jars)) return jars;

  await mkdir(cacheDir, { recursive: true });
  const fetching = join(cacheDir, `fetching-${process.pid}-${randomUUID()}`);
  try {
    await fetchInto(fetching, pom, mavenCommand);
    await rename(fetching, jars).catch((error: unknown) => {
      // Another process was faster: its folder is as good.
      if (!existsSync(jars)) throw error;
    });
  } finally {
    await rm(fetching, { recursive: true, force: true });
  }
  await removeAbandoned(cacheDir);
  return jars;
}

async function fetchInto(folder: string, pom: string, mavenCommand: string): Promise<void> {
  const end = await runCommand(
    mavenCommand,
    ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`],
    { msMax: FETCH_MS_MAX },
  );
  if (end.kind === 'missing') {
    throw new KafkaBrokerError(
      'maven-missing',
      `The local Kafka is fetched by Maven once and "${mavenCommand}" was not found: install it (for instance "apt-get install maven"), or set KAFKA_BROKERS to a Kafka of your own.`,
    );
  }
  if (end.code !== 0 || !(await hasJars(folder))) {
    throw new KafkaBrokerError(
      'jars-not-fetched',
      `Maven could not fetch the local Kafka (exit code ${end.code}): check the network and start again, or set KAFKA_BROKERS to a Kafka of your own.`,
      { cause: new Error(end.output) },
    );
  }
}

async function hasJars(folder: string): Promise<boolean> {
  return existsSync(folder) && (await readdir(folder)).some((name) => name.endsWith('.jar'));
}

/** What processes left that were killed while they fetched. */
async function removeAbandoned(cacheDir: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    const [, pid] = /^fetching-(\d+)-/.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(cacheDir, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The same from the sources and from dist. */
export function projectRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'stack', 'kafka', 'pom.xml'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('stack/kafka/pom.xml is missing from the project');
    folder = parent;
  }
  return folder;
}
