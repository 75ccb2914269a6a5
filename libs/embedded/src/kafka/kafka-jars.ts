import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../process/project-root.js';
import { KafkaBrokerError } from './kafka-broker-error.js';
import { runCommand } from '../process/run-command.js';

const FETCH_MS_MAX = 10 * 60_000;
/** It tells of each file that it asks for: a repository that does not answer must not keep all waiting. */
const SILENCE_MS_MAX = 120_000;
const END_RECORD = Buffer.from('PK\x05\x06');
/** With the longest comment there can be behind it. */
const END_RECORD_BYTES_MAX = 22 + 65_535;

export interface KafkaJarsOptions {
  /** Where the jars are kept between runs. */
  readonly cacheDir: string;
  readonly mavenCommand?: string;
  /** How long Maven may say nothing. */
  readonly silenceMsMax?: number;
  /** Gives up a fetch that is under way. */
  readonly signal?: AbortSignal;
}

/**
 * The folder with Kafka's jars, fetched by Maven when it is not there yet. A folder that has its
 * final name is whole: an interrupted fetch leaves only a temporary one, and the next removes it.
 */
export async function kafkaJars({
  cacheDir,
  mavenCommand = 'mvn',
  silenceMsMax: silentMsMax = SILENCE_MS_MAX,
  signal,
}: KafkaJarsOptions): Promise<string> {
  const pom = join(projectRoot(), 'libs', 'embedded', 'kafka', 'pom.xml');
  const version = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex')
    .slice(0, 12);
  const jars = join(cacheDir, version);
  if (await hasWholeJars(jars)) return jars;
  // A machine that lost its power may have kept the names of files, and not all of their bytes.
  await rm(jars, { recursive: true, force: true });

  await mkdir(cacheDir, { recursive: true });
  const fetching = join(cacheDir, `fetching-${process.pid}-${randomUUID()}`);
  try {
    await fetchInto(fetching, pom, mavenCommand, silentMsMax, signal);
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

async function fetchInto(
  folder: string,
  pom: string,
  mavenCommand: string,
  silentMsMax: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${folder}`];
  const end = await runCommand(mavenCommand, ['-B', '-f', pom, ...goal], {
    msMax: FETCH_MS_MAX,
    silenceMsMax: silentMsMax,
    ...(signal !== undefined && { signal }),
  });
  if (end.kind === 'missing') {
    throw new KafkaBrokerError(
      'maven-missing',
      `The local Kafka is fetched by Maven once and "${mavenCommand}" was not found: install it (for instance "apt-get install maven"), or set KAFKA_BROKERS to a Kafka of your own.`,
    );
  }
  if (end.code !== 0 || !(await hasWholeJars(folder))) {
    throw new KafkaBrokerError(
      'jars-not-fetched',
      `Maven could not fetch the local Kafka (${end.code === null ? 'it was ended, because it did not go on' : `exit code ${end.code}`}): check the network and start again, or set KAFKA_BROKERS to a Kafka of your own.`,
      { cause: new Error(end.output) },
    );
  }
}

async function hasWholeJars(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  const jars = names.filter((name) => name.endsWith('.jar')).map((name) => join(folder, name));
  return jars.length > 0 && (await Promise.all(jars.map(isWholeJar))).every(Boolean);
}

/** A jar is a zip file, and the last thing in one is the record that says where its directory is. */
async function isWholeJar(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, END_RECORD_BYTES_MAX);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.includes(END_RECORD);
  } finally {
    await file.close();
  }
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
