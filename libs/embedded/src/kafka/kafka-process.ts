import { spawn, type ChildProcess } from 'node:child_process';
import { settledWithin } from '#async';
import { exitOf, onOutput } from '../process/child-process.js';
import { guardServer } from '../process/guard.js';
import { LogFile } from '../process/log-file.js';

/** A broker logs some ten thousand characters between the error that ends it and its end. */
const LOG_CHARACTERS_MAX = 64_000;
const DISK_FULL = /No space left on device/;

export interface KafkaBroker {
  readonly brokers: readonly string[];
  readonly port: number;
  readonly pid: number;
  /** Resolves when the process has ended, whoever ended it, and says how that came. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
  /** For tests: stands still as on a machine that hangs, connections open. */
  pause(): void;
  resume(): void;
  /** For tests: SIGKILL, and gone. */
  kill(): Promise<void>;
}

/** In a process group of its own: a Ctrl-C in the terminal is for us, and we stop it in our order. */
export function launch(
  java: string,
  classPath: string,
  settings: string,
  dataDir: string,
  heapMb: number,
): ChildProcess {
  return spawn(
    java,
    [
      `-Xmx${heapMb}m`,
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      // It is a file in the directory for temporary files, which may be full.
      '-XX:-UsePerfData',
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
      '-Dorg.slf4j.simpleLogger.showDateTime=true',
      '-cp',
      classPath,
      'kafka.Kafka',
      settings,
    ],
    { cwd: dataDir, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
}

/** Written by us and not by the broker itself, so that it has a limit. Gives the end of it. */
export function keepLog(child: ChildProcess, path: string): () => string {
  const log = new LogFile(path);
  let last = '';
  onOutput(child, (chunk) => {
    log.write(chunk);
    last = (last + chunk.toString('utf8')).slice(-LOG_CHARACTERS_MAX);
  });
  void exitOf(child).then(() => log.close());
  return () => last;
}

export function brokerHandle(
  child: ChildProcess,
  port: number,
  stopMsMax: number,
  outputTail: () => string,
): KafkaBroker {
  const guard = child.pid === undefined ? null : guardServer(child.pid, 'TERM');
  const ended = exitOf(child).then((how) => {
    guard?.dismiss();
    return DISK_FULL.test(outputTail()) ? `${how}, the disk is full` : how;
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
      if (!(await settledWithin(ended, stopMsMax))) await kill();
    },
  };
}
