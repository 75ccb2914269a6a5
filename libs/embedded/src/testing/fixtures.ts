import { afterEach, beforeEach } from '@jest/globals';
import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityOf, type ProcessIdentity } from '../process/process-identity.js';

/** A folder for each test, which is removed afterwards, and what is often put into one. */
export class TestFolder {
  path = '';

  in(...names: readonly string[]): string {
    return join(this.path, ...names);
  }

  write(name: string, text: string): string {
    writeFileSync(this.in(name), text);
    return this.in(name);
  }

  /** A program that does as the shell script says. */
  program(name: string, script: string): string {
    writeFileSync(this.in(name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return this.in(name);
  }

  read(name: string): string {
    return readFileSync(this.in(name), 'utf8');
  }
}

export function withFolder(): TestFolder {
  const folder = new TestFolder();
  beforeEach(() => void (folder.path = mkdtempSync(join(tmpdir(), 'points-ledger-embedded-'))));
  afterEach(() => rmSync(folder.path, { recursive: true, force: true }));
  return folder;
}

/** Starts processes that are killed after the test, if they still run then. */
export function withProcesses() {
  const started: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of started.splice(0)) await killed(child);
  });
  return (program: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess => {
    const child = spawn(program, args, { stdio: 'ignore', ...options });
    started.push(child);
    return child;
  };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** Of a process that runs. */
export async function identityOfRunning(child: ChildProcess): Promise<ProcessIdentity> {
  const identity = await identityOf(child.pid ?? 0);
  if (identity === null) throw new Error('it does not run');
  return identity;
}

/** The number of a process that has ended. */
export const endedPid = (): number => spawnSync('true').pid;
