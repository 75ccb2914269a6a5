import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityOf, isRunning, type ProcessIdentity } from '#embedded';
import { StackClaim, StackClaimError, runningStack } from './stack-claim.js';

const NOBODY: ProcessIdentity = { pid: 99_999_999, started: 'an earlier start:1' };

describe('The claim of a stack on its data directory', () => {
  let dataDir: string;
  const said: string[] = [];
  const take = () => StackClaim.take(dataDir, (line) => said.push(line));

  beforeEach(() => {
    said.length = 0;
    dataDir = mkdtempSync(join(tmpdir(), 'points-ledger-claim-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  const claims = () => readdirSync(join(dataDir, 'running'));
  function leave(number: number, owner: ProcessIdentity, apps: readonly object[] = []): void {
    mkdirSync(join(dataDir, 'running'), { recursive: true });
    const text = JSON.stringify({ owner, apps });
    writeFileSync(join(dataDir, 'running', `${number}.json`), text);
  }

  it('is refused to a second one, in a sentence', async () => {
    await take();
    await expect(take()).rejects.toThrow(StackClaimError);
    await expect(take()).rejects.toThrow(
      `A stack already runs on ${dataDir} (process ${process.pid}): stop that one first`,
    );
    expect(await runningStack(dataDir)).toBe(process.pid);
  });

  it('is given to one of several that start at once', async () => {
    const starts = await Promise.allSettled(Array.from({ length: 20 }, take));
    expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(claims()).toHaveLength(1);
  });

  it('is given to one of several that find a stack that was killed', async () => {
    leave(7, NOBODY);
    const starts = await Promise.allSettled(Array.from({ length: 20 }, take));
    expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(claims()).toEqual(['8.json']);
  });

  it('counts for nothing when its process is gone, also when another has its number', async () => {
    leave(1, { ...NOBODY, pid: process.pid });
    expect(await runningStack(dataDir)).toBeNull();
    await take();
    expect(said).toEqual([]);
  });

  it('takes a file that was not written to its end for nothing', async () => {
    leave(3, NOBODY);
    writeFileSync(join(dataDir, 'running', '4.json'), '{"owner":');
    await take();
    expect(claims()).toEqual(['5.json']);
  });

  it('ends apps that outlived a stack that was killed, and nobody who has their number', async () => {
    const app = spawn('sleep', ['0.3'], { stdio: 'ignore' });
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
    const identity = (await identityOf(app.pid ?? 0)) as ProcessIdentity;
    const other = (await identityOf(stranger.pid ?? 0)) as ProcessIdentity;
    // Left by a start that was killed while it cleared up behind another one.
    leave(1, NOBODY, [{ name: 'api', ...identity }]);
    leave(2, NOBODY, [{ name: 'intake', ...other, started: 'an earlier start:2' }]);
    await take();
    expect(await isRunning(identity)).toBe(false);
    expect(await isRunning(other)).toBe(true);
    expect(said).toEqual([
      `api (process ${identity.pid}) outlived a stack that was killed: it is stopped`,
    ]);
    stranger.kill('SIGKILL');
    await once(stranger, 'exit');
  });

  it('keeps the apps of its stack for the next start', async () => {
    const claim = await take();
    await Promise.all([claim.noteApp('api', process.pid), claim.noteApp('intake', process.ppid)]);
    await claim.noteApp('nobody', NOBODY.pid);
    const written = JSON.parse(readFileSync(join(dataDir, 'running', '1.json'), 'utf8')) as {
      apps: { name: string }[];
    };
    expect(written.apps.map(({ name }) => name).sort()).toEqual(['api', 'intake']);
  });

  it('says that the data directory can not be written', async () => {
    rmSync(dataDir, { recursive: true });
    writeFileSync(dataDir, 'a file is in the way');
    await expect(take()).rejects.toThrow(
      `The data directory ${dataDir} can not be written (ENOTDIR): make room there, or name another one in DATA_DIR.`,
    );
  });
});
