import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { eventually } from '#testing';
import { withFolder, withProcesses } from '../testing/fixtures.js';
import { brokerHandle, keepLog, launch } from './kafka-process.js';

const NEVER_MS = 600_000;

describe('the process of the local Kafka', () => {
  const folder = withFolder();
  const start = withProcesses();
  const shell = (script: string): ChildProcess =>
    start('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  /** Says that it has begun, and does as the script says when it hears SIGTERM. */
  const broker = async (onTerm: string, stopMsMax = NEVER_MS) => {
    const child = shell(`trap '${onTerm}' TERM; echo begun; while :; do sleep 0.05; done`);
    const tail = keepLog(child, folder.in('broker.log'));
    await eventually(() => expect(tail()).toContain('begun'));
    return { child, handle: brokerHandle(child, 19_092, stopMsMax, tail) };
  };

  it('is started with its settings, its classes and its memory, in its data folder', async () => {
    const java = folder.program('java', 'echo "$@" > said; pwd >> said; echo done');
    const child = launch(java, '/jars/*', '/data/server.properties', folder.path, 384);
    const tail = keepLog(child, folder.in('broker.log'));
    await eventually(() => expect(tail()).toBe('done\n'));
    const [args = '', at] = folder.read('said').trim().split('\n');
    expect(args).toMatch(/^-Xmx384m .* -cp \/jars\/\* kafka\.Kafka \/data\/server\.properties$/);
    expect(at).toBe(folder.path);
  });

  it('is in a process group of its own, so that a Ctrl-C in the terminal is not for it', async () => {
    const java = folder.program('java', 'exec sleep 60');
    const child = launch(java, '', '', folder.path, 64);
    const { pid = 0 } = child;
    expect(() => process.kill(-pid, 0)).not.toThrow();
    process.kill(-pid, 'SIGKILL');
    await brokerHandle(child, 1, NEVER_MS, () => '').ended;
  });

  it('has what it says in a log file, and the end of it at hand', async () => {
    const child = shell(
      'i=0; while [ $i -lt 5000 ]; do echo "line $i of the log"; i=$((i+1)); done; echo last >&2',
    );
    const tail = keepLog(child, folder.in('broker.log'));
    await brokerHandle(child, 1, NEVER_MS, tail).ended;
    const log = readFileSync(folder.in('broker.log'), 'utf8');
    expect(log).toContain('line 0 of the log');
    expect(log).toContain('last');
    expect(tail()).toHaveLength(64_000);
    expect(tail()).toContain('line 4999 of the log');
    expect(tail()).not.toContain('line 0 of the log');
  });

  it('is stopped by SIGTERM', async () => {
    const { handle } = await broker('echo in order; exit 3');
    await handle.stop();
    expect(await handle.ended).toBe('exit code 3');
    expect(folder.read('broker.log')).toContain('in order');
  });

  it('is stopped also while it stands still', async () => {
    const { handle } = await broker('exit 0');
    handle.pause();
    await handle.stop();
    expect(await handle.ended).toBe('exit code 0');
  });

  it('is killed when it does not hear in time', async () => {
    const { handle } = await broker(':', 50);
    await handle.stop();
    expect(await handle.ended).toBe('SIGKILL');
  });

  it('is stopped and killed any number of times', async () => {
    const { handle } = await broker('exit 0');
    await handle.kill();
    await handle.kill();
    await handle.stop();
    expect(await handle.ended).toBe('SIGKILL');
  });

  it('goes on after a pause', async () => {
    const { child, handle } = await broker('exit 0');
    const state = () => / \(.*\) (\w) /.exec(readFileSync(`/proc/${child.pid}/stat`, 'utf8'))?.[1];
    handle.pause();
    await eventually(() => expect(state()).toBe('T'));
    handle.resume();
    await eventually(() => expect(state()).not.toBe('T'));
  });

  it('says that the disk is full when it ended over that', async () => {
    const child = shell('echo "java.io.IOException: No space left on device" >&2; exit 1');
    const tail = keepLog(child, folder.in('broker.log'));
    expect(await brokerHandle(child, 1, NEVER_MS, tail).ended).toBe(
      'exit code 1, the disk is full',
    );
  });

  it('says so also when it logs much before it ends', async () => {
    const child = shell(
      'echo "No space left on device" >&2; i=0; while [ $i -lt 1000 ]; do echo "a partition is offline"; i=$((i+1)); done; exit 1',
    );
    const tail = keepLog(child, folder.in('broker.log'));
    expect(await brokerHandle(child, 1, NEVER_MS, tail).ended).toBe(
      'exit code 1, the disk is full',
    );
  });

  it('says why it could not be started', async () => {
    const child = start(folder.in('no-java'), []);
    const handle = brokerHandle(child, 19_092, NEVER_MS, () => '');
    expect(await handle.ended).toMatch(/ENOENT/);
    expect(handle).toMatchObject({ pid: 0, port: 19_092, brokers: ['127.0.0.1:19092'] });
  });
});
