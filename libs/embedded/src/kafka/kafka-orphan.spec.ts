import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { eventually } from '#testing';
import { endedPid, identityOfRunning, withFolder, withProcesses } from '../testing/fixtures.js';
import {
  commandLineOf,
  formatIdentity,
  identityOf,
  isRunning,
} from '../process/process-identity.js';
import { stopLeftoverKafka, writeBrokerPid } from './kafka-orphan.js';

const WAITS = "trap 'exit 0' TERM; while :; do sleep 0.05; done";

describe('a Kafka that an earlier run left', () => {
  const folder = withFolder();
  const start = withProcesses();
  const dataDir = () => folder.in('data');
  beforeEach(() => mkdirSync(dataDir()));

  /** A process that was started as a broker on a data folder is. */
  async function broker(of = dataDir()) {
    const child = start('/bin/sh', ['-c', WAITS, `${of}/server.properties`]);
    await eventually(async () =>
      expect(await commandLineOf(child.pid ?? 0)).toContain(`${of}/server.properties`),
    );
    return { child, identity: await identityOfRunning(child) };
  }
  const leave = (line: string) => folder.write('data/broker.pid', line);
  const gone = () => `${endedPid()} an earlier start of the machine:77`;

  it('is not looked for where none was started', async () => {
    await expect(stopLeftoverKafka(dataDir())).resolves.toBeUndefined();
  });

  it('is stopped when its starter is gone', async () => {
    const { child, identity } = await broker();
    leave(`${identity.pid} ${gone()}\n`);
    await stopLeftoverKafka(dataDir());
    expect(await isRunning(identity)).toBe(false);
    expect([child.exitCode, child.signalCode]).not.toEqual([null, 'SIGKILL']);
  });

  it('is stopped also when it was made to stand still', async () => {
    const { child, identity } = await broker();
    child.kill('SIGSTOP');
    leave(`${identity.pid} ${gone()}\n`);
    await stopLeftoverKafka(dataDir());
    expect(await isRunning(identity)).toBe(false);
    expect(child.signalCode).not.toBe('SIGKILL');
  });

  it('is left alone when its starter runs, and both are named', async () => {
    const { identity } = await broker();
    await writeBrokerPid(dataDir(), identity.pid);
    await expect(stopLeftoverKafka(dataDir())).rejects.toMatchObject({
      code: 'already-running',
      message: `A local Kafka already runs on ${dataDir()} (process ${identity.pid}, started by process ${process.pid}): stop that one first, or use another DATA_DIR.`,
    });
    expect(await isRunning(identity)).toBe(true);
  });

  it('is stopped when only the number of its starter is in use again', async () => {
    const { identity } = await broker();
    leave(`${identity.pid} ${process.pid} an earlier start of the machine:77\n`);
    await stopLeftoverKafka(dataDir());
    expect(await isRunning(identity)).toBe(false);
  });

  it('is recognised by the number alone, as earlier versions wrote its starter', async () => {
    const { identity } = await broker();
    leave(`${identity.pid} ${process.pid}\n`);
    await expect(stopLeftoverKafka(dataDir())).rejects.toMatchObject({ code: 'already-running' });
    leave(`${identity.pid} ${endedPid()}\n`);
    await stopLeftoverKafka(dataDir());
    expect(await isRunning(identity)).toBe(false);
  });

  it('is not taken for a broker on another folder', async () => {
    const { identity } = await broker(folder.in('other'));
    leave(`${identity.pid} ${gone()}\n`);
    await stopLeftoverKafka(dataDir());
    expect(await isRunning(identity)).toBe(true);
  });

  it('is not taken for a process that was given its number', async () => {
    const stranger = start('sleep', ['60']);
    leave(`${stranger.pid} ${gone()}\n`);
    await stopLeftoverKafka(dataDir());
    expect(await isRunning(await identityOfRunning(stranger))).toBe(true);
  });

  it('is ignored when it has ended meanwhile', async () => {
    leave(`${endedPid()} ${gone()}\n`);
    await expect(stopLeftoverKafka(dataDir())).resolves.toBeUndefined();
  });

  it.each(['', '12', 'x 5\n', '12 \n', '12 13'])(
    'is ignored when its file was not written to the end: %j',
    async (text) => {
      leave(text);
      await expect(stopLeftoverKafka(dataDir())).resolves.toBeUndefined();
    },
  );

  it('was noted with its starter, and with when that was started', async () => {
    const { child, identity } = await broker();
    await writeBrokerPid(dataDir(), identity.pid);
    const own = await identityOf(process.pid);
    expect(folder.read('data/broker.pid')).toBe(
      `${identity.pid} ${own === null ? '' : formatIdentity(own)}\n`,
    );
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
});
