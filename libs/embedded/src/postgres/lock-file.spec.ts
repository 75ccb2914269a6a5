import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { eventually } from '#testing';
import {
  commandLineOf,
  formatIdentity,
  identityOf,
  isRunning,
} from '../process/process-identity.js';
import { endedPid, identityOfRunning, withFolder, withProcesses } from '../testing/fixtures.js';
import { clearLeftovers, recordOwner } from './lock-file.js';

const WAITS = "trap 'exit 0' INT; while :; do sleep 0.05; done";

describe('the lock file of a data directory of Postgres', () => {
  const folder = withFolder();
  const start = withProcesses();
  const dataDir = () => folder.in('data');
  const reported: string[] = [];
  const clear = () => clearLeftovers(dataDir(), (line) => void reported.push(line));
  beforeEach(() => {
    mkdirSync(dataDir());
    reported.length = 0;
  });

  /** A process that looks like Postgres on a data directory. */
  async function postgres(of = dataDir()) {
    const child = start('/bin/sh', ['-c', WAITS, '-D', of], { argv0: 'postgres' });
    await eventually(async () =>
      expect(await commandLineOf(child.pid ?? 0)).toEqual(['postgres', '-c', WAITS, '-D', of]),
    );
    return { child, identity: await identityOfRunning(child) };
  }
  const lock = (pid: number | undefined, ...rest: readonly string[]) =>
    folder.write('data/postmaster.pid', [pid, dataDir(), ...rest].join('\n'));
  const owner = (text: string) => folder.write('data/points-ledger.owner', text);
  const GONE = 'an earlier start of the machine:77';

  it('is nothing to report when there is none', async () => {
    await clear();
    expect(reported).toEqual([]);
  });

  it.each(['', 'half', '-5\n', '0\n'])('says no process when it reads %j', async (text) => {
    folder.write('data/postmaster.pid', text);
    await clear();
    expect(reported).toEqual([]);
  });

  it('is left to Postgres, which clears it away, when its process is gone', async () => {
    const pid = endedPid();
    lock(pid, 'further lines');
    await clear();
    expect(reported).toEqual([`a lock file of process ${pid}, which is gone, was cleared away`]);
    expect(folder.read('data/postmaster.pid')).toBe(`${pid}\n${dataDir()}\nfurther lines`);
  });

  it('names this process when its number was given to another one, and keeps its other lines', async () => {
    const stranger = start('sleep', ['60']);
    lock(stranger.pid, '1700000000', '5432', ' 1234 5678');
    await clear();
    expect(folder.read('data/postmaster.pid')).toBe(
      `${process.pid}\n${dataDir()}\n1700000000\n5432\n 1234 5678`,
    );
    expect(await isRunning(await identityOfRunning(stranger))).toBe(true);
  });

  it('is not held by a Postgres on another directory', async () => {
    const { identity } = await postgres(folder.in('other'));
    lock(identity.pid);
    await clear();
    expect(folder.read('data/postmaster.pid')).toBe(`${process.pid}\n${dataDir()}`);
    expect(await isRunning(identity)).toBe(true);
  });

  it('keeps others out while the owner of its Postgres runs', async () => {
    const { identity } = await postgres();
    lock(identity.pid);
    await recordOwner(dataDir());
    await expect(clear()).rejects.toThrow(
      `${dataDir()} is in use by Postgres process ${identity.pid}, started by process ${process.pid}: stop that one first, or name another directory.`,
    );
    expect(await isRunning(identity)).toBe(true);
    expect(reported).toEqual([]);
  });

  it('keeps others out when it is not known who started its Postgres', async () => {
    const { identity } = await postgres();
    lock(identity.pid);
    await expect(clear()).rejects.toThrow(
      `is in use by Postgres process ${identity.pid}: stop that one first`,
    );
    expect(await isRunning(identity)).toBe(true);
  });

  it('does not keep a Postgres whose owner is gone', async () => {
    const { child, identity } = await postgres();
    lock(identity.pid);
    const gone = endedPid();
    owner(`${gone} ${GONE}`);
    await clear();
    expect(await isRunning(identity)).toBe(false);
    expect([child.exitCode, child.signalCode]).not.toEqual([null, 'SIGQUIT']);
    expect(reported).toEqual([
      `Postgres process ${identity.pid} outlived its owner, process ${gone}: it is stopped`,
    ]);
  });

  it('does not keep one that was made to stand still either', async () => {
    const { child, identity } = await postgres();
    child.kill('SIGSTOP');
    lock(identity.pid);
    owner(`${endedPid()} ${GONE}`);
    await clear();
    expect(await isRunning(identity)).toBe(false);
  });

  it('knows its owner from another process that was given the number of it', async () => {
    const { identity } = await postgres();
    lock(identity.pid);
    owner(`${process.pid} ${GONE}`);
    await clear();
    expect(await isRunning(identity)).toBe(false);
  });

  it.each([
    ['runs', () => process.pid, true],
    ['is gone', endedPid, false],
  ])('reads the owner of an earlier version, which %s, by its number', async (_how, pid, stays) => {
    const { identity } = await postgres();
    lock(identity.pid);
    owner(String(pid()));
    await (stays ? expect(clear()).rejects.toThrow('is in use') : clear());
    expect(await isRunning(identity)).toBe(stays);
  });

  it('has the owner beside it, with when that was started', async () => {
    await recordOwner(dataDir());
    const own = await identityOf(process.pid);
    expect(folder.read('data/points-ledger.owner')).toBe(own && formatIdentity(own));
  });

  it('does not bring back a Postgres that ends at this moment', async () => {
    const { child, identity } = await postgres();
    lock(identity.pid);
    owner(`${endedPid()} ${GONE}`);
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    await clear();
    expect(reported.join()).toContain('which is gone');
  });
});
