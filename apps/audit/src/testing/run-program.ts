import { Writable } from 'node:stream';
import { openSnapshotSource } from '../store/open-snapshot-source.js';
import { knownSettings } from '../checks/known-settings.js';
import { runAudit } from '../program.js';
import { readAuditSettings } from '../commands/settings.js';
import { inlineWorkerPool } from './inline-worker-pool.js';
import { withoutProgress } from './without-progress.js';

/** What a command line printed, and its exit status. */
export interface ProgramRun {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

class MemoryWritable extends Writable {
  text = '';

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

/** Runs the program in this process, without worker threads, with that environment. */
export async function runProgram(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<ProgramRun> {
  const [out, err] = [new MemoryWritable(), new MemoryWritable()];
  const status = await runAudit(args, {
    settings: readAuditSettings(env),
    terminal: { out, err },
    now: () => '2030-02-01T00:00:00.000Z',
    openWorkerPool: ({ policies, settings, takeOvers, snapshots }, source) =>
      inlineWorkerPool(
        source,
        knownSettings(policies, settings, takeOvers),
        snapshots && openSnapshotSource(snapshots),
      ),
  });
  return { status, out: out.text, err: withoutProgress(err.text) };
}
