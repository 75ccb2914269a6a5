import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { guardServer } from './guard.js';
import { hasEnded, identityOf, isRunning, type ProcessIdentity } from './process-identity.js';

const GUARD = join(import.meta.dirname, '../../../../dist/libs/embedded/src/process/guard.js');

/** Starts a server and its guard, says the server's process id, and stays. */
const STARTER = `
import { spawn } from 'node:child_process';
const { guardServer } = await import(process.argv[1]);
const server = spawn('sleep', ['60'], { stdio: 'ignore', detached: true });
guardServer(server.pid, 'TERM');
console.log(server.pid);
setInterval(() => undefined, 1_000);
`;

async function known(pid: number | undefined): Promise<ProcessIdentity> {
  const identity = await identityOf(pid ?? 0);
  if (identity === null) throw new Error('it does not run');
  return identity;
}

describe('The guard of a server', () => {
  it('stops the server when the process that started it was killed', async () => {
    const starter = spawn(process.execPath, ['--input-type=module', '-e', STARTER, GUARD], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(starter.stdout, 'data')) as [Buffer];
    const server = await known(Number(said.toString('utf8')));
    starter.kill('SIGKILL');
    await once(starter, 'exit');
    expect(await isRunning(server)).toBe(true);
    expect(await hasEnded(server, 10_000)).toBe(true);
  });

  it('leaves the server alone when it is dismissed', async () => {
    const server = spawn('sleep', ['60'], { stdio: 'ignore' });
    const guard = guardServer(server.pid ?? 0, 'TERM');
    guard.dismiss();
    expect(await hasEnded(await known(server.pid), 3_000)).toBe(false);
    server.kill('SIGKILL');
  });
});
