import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The test double of EventStoreDB in a separate process. */
export interface DoubleProcess {
  readonly url: string;
  /** A shell command that kills the server and starts it again. */
  readonly restart: string;
  stop(): Promise<void>;
}

export async function startDoubleProcess(): Promise<DoubleProcess> {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, 'double.mjs')], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('no output');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    url: line.toString('utf8').trim(),
    restart: `kill -HUP ${child.pid}`,
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'close');
    },
  };
}
