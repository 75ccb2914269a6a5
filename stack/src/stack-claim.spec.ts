import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityOf, isRunning, type ProcessIdentity } from '#embedded';
import { StackClaim, StackClaimError, runningStack } from './stack-claim.js';

const ENDED_PROCESS: ProcessIdentity = { pid: 99_999_999, started: 'an earlier start:1' };

describe('The claim of a stack on its data directory', () => {
  let dataDir: string;
  const reported: string[] = [];
  const take = () => StackClaim.take(dataDir, (line) => reported.push(line));

  beforeEach(() => {
    reported.length = 0;
    dataDir = mkdtempSync(join(tmpdir(), 'points-ledger-claim-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  const claims = () => readdirSync(join(dataDir, 'running'));
  function leave(number: number, owner: ProcessIdentity, apps: readonly object[] = []): void {
    mkdirSync(join(dataDir, 'running'), { recursive: true });
    const text = JSON.stringify({ owner, apps });
    writeFileSync(join(dataDir, 'running', `${number}.json`), text);
  }

  it('is refused to a second one with a sentence', async () => {
    await take();
    await expect(take()).rejects.toThrow(StackClaimError);
    await expect(take()).rejects.toThrow(
      `A stack already runs on ${dataDir} (process ${process.pid}): stop that one first`,
    );
    expect(await runningStack(dataDir)).toBe(process.pid);
  });

  it('is granted to one of several that start at once', async () => {
    const starts = await Promise.allSettled(Array.from({ length: 20 }, take));
    expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(claims()).toHaveLength(1);
  });

  it('is granted to one of several that find a killed stack', async () => {
    leave(7, ENDED_PROCESS);
    const starts = await Promise.allSettled(Array.from({ length: 20 }, take));
    expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(claims()).toEqual(['8.json']);
  });

  it('is void when its process has ended, also when another process has its pid', async () => {
    leave(1, { ...ENDED_PROCESS, pid: process.pid });
    expect(await runningStack(dataDir)).toBeNull();
    await take();
    expect(reported).toEqual([]);
  });

  it('ignores an incomplete file', async () => {
    leave(3, ENDED_PROCESS);
    writeFileSync(join(dataDir, 'running', '4.json'), '{"owner":');
    await take();
    expect(claims()).toEqual(['5.json']);
  });

  it('stops apps that outlived a killed stack, and no other process that has their pid', async () => {
    // It ends by itself, as an app does whose supervisor is gone, but not before it was found.
    const app = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
    const identity = (await identityOf(app.pid ?? 0)) as ProcessIdentity;
    const other = (await identityOf(stranger.pid ?? 0)) as ProcessIdentity;
    // A start that was killed while it cleaned up after another one left this.
    leave(1, ENDED_PROCESS, [{ name: 'api', ...identity }]);
    leave(2, ENDED_PROCESS, [{ name: 'intake', ...other, started: 'an earlier start:2' }]);
    await StackClaim.take(dataDir, (line) => {
      reported.push(line);
      app.stdin.end();
    });
    expect(await isRunning(identity)).toBe(false);
    expect(await isRunning(other)).toBe(true);
    expect(reported).toEqual([
      `api (process ${identity.pid}) outlived a killed stack and is stopped`,
    ]);
    stranger.kill('SIGKILL');
    await once(stranger, 'exit');
  });

  it('keeps the apps of its stack for the next start', async () => {
    const claim = await take();
    await Promise.all([
      claim.recordApp('api', process.pid),
      claim.recordApp('intake', process.ppid),
    ]);
    await claim.recordApp('ended', ENDED_PROCESS.pid);
    const written = JSON.parse(readFileSync(join(dataDir, 'running', '1.json'), 'utf8')) as {
      apps: { name: string }[];
    };
    expect(written.apps.map(({ name }) => name).sort()).toEqual(['api', 'intake']);
  });

  it('reports that the data directory cannot be written', async () => {
    rmSync(dataDir, { recursive: true });
    writeFileSync(dataDir, 'a file is in the way');
    await expect(take()).rejects.toThrow(
      `The data directory ${dataDir} cannot be written (ENOTDIR): make it writable, or set another one in DATA_DIR.`,
    );
  });
});
