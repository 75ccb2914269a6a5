import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { KafkaBrokerError } from './kafka-broker-error.js';
import { runCommand } from './run-command.js';

const ORPHAN_STOP_MS_MAX = 10_000;
const LOOK_AGAIN_MS = 50;

/** Who runs a broker on a data folder: written when it starts, believed only after a look. */
export async function writeBrokerPid(dataDir: string, pid: number): Promise<void> {
  await writeFile(pidFile(dataDir), `${pid} ${process.pid}\n`);
}

/**
 * A broker outlives a starter that was killed, and holds its port and its folder. Such an orphan is
 * stopped here; one whose starter lives is somebody's, and stays.
 */
export async function stopOrphan(dataDir: string): Promise<void> {
  const content = await readFile(pidFile(dataDir), 'utf8').catch(() => '');
  const [, pidText, starterText] = /^(\d+) (\d+)\n$/.exec(content) ?? [];
  if (pidText === undefined) return;
  const pid = Number(pidText);
  const starter = Number(starterText);
  if (!(await isBrokerOf(dataDir, pid))) return;
  if (await isRunning(starter)) {
    throw new KafkaBrokerError(
      'already-running',
      `A local Kafka already runs on ${dataDir} (process ${pid}, started by process ${starter}): stop that one first, or use another DATA_DIR.`,
    );
  }
  process.kill(pid, 'SIGTERM');
  if (await isGone(dataDir, pid)) return;
  process.kill(pid, 'SIGKILL');
  await isGone(dataDir, pid);
}

async function isGone(dataDir: string, pid: number): Promise<boolean> {
  const until = Date.now() + ORPHAN_STOP_MS_MAX;
  while (Date.now() < until) {
    if (!(await isBrokerOf(dataDir, pid))) return true;
    await wait(LOOK_AGAIN_MS);
  }
  return false;
}

/** Ids of processes are given again: only one that was started for this folder is meant. */
async function isBrokerOf(dataDir: string, pid: number): Promise<boolean> {
  return (await commandLine(pid)).includes(join(dataDir, 'server.properties'));
}

async function isRunning(pid: number): Promise<boolean> {
  return (await commandLine(pid)) !== '';
}

async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return line.replaceAll('\0', ' ').trim();
  }
  const end = await runCommand('ps', ['-ww', '-o', 'command=', '-p', String(pid)], {
    msMax: ORPHAN_STOP_MS_MAX,
  });
  return end.kind === 'ended' ? end.output.trim() : '';
}

function pidFile(dataDir: string): string {
  return join(dataDir, 'broker.pid');
}
