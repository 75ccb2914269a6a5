import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from '#testing';
import {
  commandLineOf,
  formatIdentity,
  hasEnded,
  identityOf,
  isRunning,
  parseIdentity,
  signal,
  type ProcessIdentity,
} from './process-identity.js';

const sleeper = () => spawn('sleep', ['60'], { stdio: 'ignore' });

async function known(pid: number | undefined): Promise<ProcessIdentity> {
  const identity = await identityOf(pid ?? 0);
  if (identity === null) throw new Error('it does not run');
  return identity;
}

describe('The identity of a process', () => {
  it('is the same as long as it runs, and of nobody when it has ended', async () => {
    const child = sleeper();
    const identity = await known(child.pid);
    expect(await identityOf(identity.pid)).toEqual(identity);
    expect(await isRunning(identity)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await identityOf(identity.pid)).toBeNull();
    expect(await isRunning(identity)).toBe(false);
  });

  it('is not that of another process which was given its number', async () => {
    const child = sleeper();
    const identity = await known(child.pid);
    const before = { ...identity, started: 'an earlier start of the machine:12345' };
    expect(await isRunning(before)).toBe(false);
    await signal(before, 'SIGKILL');
    expect(await isRunning(identity)).toBe(true);
    await signal(identity, 'SIGKILL');
    expect(await hasEnded(identity, 5_000)).toBe(true);
  });

  it('is of nobody while a process that has ended waits to be collected by its parent', async () => {
    // The shell starts a process, says its number, and never collects it.
    const shell = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [said] = (await once(shell.stdout, 'data')) as [Buffer];
    const identity = await known(Number(said.toString('utf8')));
    process.kill(identity.pid, 'SIGKILL');
    await eventually(async () => expect(await isRunning(identity)).toBe(false));
    expect(() => process.kill(identity.pid, 0)).not.toThrow();
    shell.kill('SIGKILL');
  });

  it('is written and read as text; a number alone is none', () => {
    const identity = { pid: 4711, started: 'boot id:77' };
    expect(parseIdentity(`${formatIdentity(identity)}\n`)).toEqual(identity);
    expect(parseIdentity('4711\n')).toBeNull();
    expect(parseIdentity('')).toBeNull();
  });

  it('says what it was started with', async () => {
    const child = sleeper();
    await eventually(async () =>
      expect(await commandLineOf(child.pid ?? 0)).toEqual(['sleep', '60']),
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await commandLineOf(child.pid ?? 0)).toEqual([]);
  });
});
