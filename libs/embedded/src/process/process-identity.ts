import { readFile } from 'node:fs/promises';
import { pollUntil } from '#async';
import { runCommand } from './run-command.js';

/**
 * A process, and not another one that was given its number later: numbers are used again, and after
 * a restart of the machine soon.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Differs between any two processes that ever had this number on this machine. */
  readonly started: string;
}

const ANSWER_MS_MAX = 5_000;
const POLL_INTERVAL_MS = 20;

/** null: no such process runs. One that has ended and was not collected by its parent does not run. */
export async function identityOf(pid: number): Promise<ProcessIdentity | null> {
  const started = process.platform === 'linux' ? await fromProc(pid) : await fromPs(pid);
  return started === null ? null : { pid, started };
}

export async function isRunning({ pid, started }: ProcessIdentity): Promise<boolean> {
  return (await identityOf(pid))?.started === started;
}

/** False: it still runs after `msMax`. */
export function hasEnded(identity: ProcessIdentity, msMax: number): Promise<boolean> {
  const isOver = async (): Promise<boolean> => !(await isRunning(identity));
  return pollUntil(isOver, { everyMs: POLL_INTERVAL_MS, totalMsMax: msMax });
}

/** Signals just this process. It may end before it is reached, which is as well. */
export async function signal(identity: ProcessIdentity, name: NodeJS.Signals): Promise<void> {
  if (!(await isRunning(identity))) return;
  try {
    process.kill(identity.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** What it was started with; empty when it is gone. */
export async function commandLineOf(pid: number): Promise<readonly string[]> {
  if (process.platform === 'linux') {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return line.split('\0').filter((word) => word !== '');
  }
  const output = await ps(pid, 'command=');
  return output.split(' ').filter((word) => word !== '');
}

/** As text: `4711 boot-id:12345`. */
export const formatIdentity = ({ pid, started }: ProcessIdentity): string => `${pid} ${started}`;

/** null: it says no process, or only a number, as earlier versions wrote. */
export function parseIdentity(text: string): ProcessIdentity | null {
  const [, pid, started] = /^(\d+) (\S.*)$/.exec(text.trim()) ?? [];
  return pid === undefined || started === undefined ? null : { pid: Number(pid), started };
}

/** Clock ticks since the machine started, and which start that was. */
async function fromProc(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is the program's name, which may hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const ticks = fields[19];
  if (ticks === undefined || state === 'Z' || state === 'X') return null;
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return `${boot.trim()}:${ticks}`;
}

async function fromPs(pid: number): Promise<string | null> {
  const [state, ...started] = (await ps(pid, 'state=,lstart=')).split(/\s+/);
  if (!state || state.startsWith('Z')) return null;
  return started.join(' ');
}

async function ps(pid: number, what: string): Promise<string> {
  const args = ['-ww', '-o', what, '-p', String(pid)];
  const end = await runCommand('ps', args, { msMax: ANSWER_MS_MAX });
  return end.kind === 'ended' && end.code === 0 ? end.output.trim() : '';
}
