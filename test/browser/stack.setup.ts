import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePorts } from '#embedded';

const MAIN = join(import.meta.dirname, '../../dist/stack/src/main.js');
const READY_MS_MAX = 120_000;
const POLL_MS = 100;

export const STACK_VARIABLE = 'BROWSER_STACK';

/** Starts the real stack: Postgres, projector, API and sweeper. Commands are sent over HTTP, without Kafka. */
export default async function startStack(): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'points-browser-'));
  // Run by root, Postgres is another user, which has to enter the directory.
  await chmod(dataDir, 0o755);
  const [apiPort, postgresPort, unusedPort] = await freePorts(3);
  const stack = spawn(process.execPath, ['--enable-source-maps', MAIN], {
    env: {
      ...process.env,
      DATA_DIR: dataDir,
      API_PORT: String(apiPort),
      POSTGRES_PORT: String(postgresPort),
      KAFKA_BROKERS: `127.0.0.1:${unusedPort}`,
      SENDERS: 'anybody',
      APPS: 'projector,api,sweeper',
      DEMO: 'off',
    },
    // The stack stops when the tests are killed.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const output = captureOutput(stack);
  try {
    process.env[STACK_VARIABLE] = JSON.stringify({
      ...(await ready(stack, dataDir, output)),
      secret: await readFile(join(dataDir, 'jwt-secret'), 'utf8'),
    });
  } catch (error) {
    await stop(stack, dataDir);
    throw error;
  }
  return () => stop(stack, dataDir);
}

function captureOutput(stack: ChildProcess): () => string {
  let text = '';
  const append = (chunk: Buffer): void => void (text += chunk.toString('utf8'));
  stack.stdout?.on('data', append);
  stack.stderr?.on('data', append);
  return () => text;
}

async function ready(
  stack: ChildProcess,
  dataDir: string,
  output: () => string,
): Promise<Record<string, unknown>> {
  const until = Date.now() + READY_MS_MAX;
  while (!/^ready \{/m.test(output())) {
    if (stack.exitCode !== null || Date.now() > until) {
      throw new Error(`the stack did not start; is it built? Its output was:\n${output()}`);
    }
    await wait(POLL_MS);
  }
  const text = await readFile(join(dataDir, 'ready.json'), 'utf8');
  return JSON.parse(text) as Record<string, unknown>;
}

async function stop(stack: ChildProcess, dataDir: string): Promise<void> {
  if (stack.exitCode === null) {
    const ended = new Promise((resolve) => stack.once('exit', resolve));
    stack.kill('SIGTERM');
    await ended;
  }
  await rm(dataDir, { recursive: true, force: true });
}
