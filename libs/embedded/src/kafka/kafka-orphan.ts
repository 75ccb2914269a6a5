import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KafkaBrokerError } from './kafka-broker-error.js';
import {
  commandLineOf,
  formatIdentity,
  hasEnded,
  identityOf,
  isRunning,
  parseIdentity,
  signal,
} from '../process/process-identity.js';

const ORPHAN_STOP_MS_MAX = 10_000;

/** Who runs a broker on a data folder: written when it starts, believed only after a look. */
export async function writeBrokerPid(dataDir: string, pid: number): Promise<void> {
  const starter = await identityOf(process.pid);
  const line = `${pid} ${starter === null ? process.pid : formatIdentity(starter)}\n`;
  await writeFile(pidFile(dataDir), line);
}

/**
 * A broker outlives a starter that was killed, and holds its port and its folder. Such an orphan is
 * stopped here; one whose starter lives is somebody's, and stays.
 */
export async function stopLeftoverKafka(dataDir: string): Promise<void> {
  const content = await readFile(pidFile(dataDir), 'utf8').catch(() => '');
  const [, pidText, starter = ''] = /^(\d+) (\d+\b.*)\n$/.exec(content) ?? [];
  if (pidText === undefined) return;
  const broker = await identityOf(Number(pidText));
  if (broker === null || !(await isBrokerOf(dataDir, broker.pid))) return;
  if (await isStarterRunning(starter)) {
    throw new KafkaBrokerError(
      'already-running',
      `A local Kafka already runs on ${dataDir} (process ${broker.pid}, started by process ${Number.parseInt(starter, 10)}): stop that one first, or use another DATA_DIR.`,
    );
  }
  await signal(broker, 'SIGTERM');
  // It may have been made to stand still, and would not hear the other signal.
  await signal(broker, 'SIGCONT');
  if (await hasEnded(broker, ORPHAN_STOP_MS_MAX)) return;
  await signal(broker, 'SIGKILL');
  await hasEnded(broker, ORPHAN_STOP_MS_MAX);
}

/** Earlier versions wrote the number alone. */
async function isStarterRunning(text: string): Promise<boolean> {
  const identity = parseIdentity(text) ?? (await identityOf(Number(text)));
  return identity !== null && (await isRunning(identity));
}

/** Ids of processes are given again: only one that was started for this folder is meant. */
async function isBrokerOf(dataDir: string, pid: number): Promise<boolean> {
  return (await commandLineOf(pid)).join(' ').includes(join(dataDir, 'server.properties'));
}

function pidFile(dataDir: string): string {
  return join(dataDir, 'broker.pid');
}
