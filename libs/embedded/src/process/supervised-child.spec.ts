import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '#testing';
import { freePort } from './ports.js';
import { ChildNotReady, SupervisedChild, type ChildLimits } from './supervised-child.js';

// Small programs of its own stand for the apps.
const WELL = `
import { createServer } from 'node:http';
createServer((_, response) => response.end('ok')).listen(Number(process.env.PORT), '127.0.0.1');
console.log('well');
process.on('SIGTERM', () => process.exit(0));
`;
const DEAF = `${WELL}\nprocess.removeAllListeners('SIGTERM');\nprocess.on('SIGTERM', () => undefined);`;
/** The first time it only leaves a trace of itself. */
const DIES_ONCE = `
import { existsSync, writeFileSync } from 'node:fs';
const trace = new URL(import.meta.url + '.trace');
if (!existsSync(trace)) {
  writeFileSync(trace, '');
  process.exit(1);
}
${WELL}`;
const BROKEN = `console.error('no database here');\nprocess.exit(3);`;

describe('A supervised child', () => {
  let folder: string;
  const started: SupervisedChild[] = [];

  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'points-ledger-child-'))));
  afterAll(async () => {
    await Promise.all(started.map((child) => child.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  async function childOf(program: string, limits: Partial<ChildLimits> = {}) {
    const port = await freePort();
    const entry = join(folder, `${port}.mjs`);
    writeFileSync(entry, program);
    const said: string[] = [];
    const child = new SupervisedChild({
      name: 'child',
      entry,
      env: { PORT: String(port), NODE_OPTIONS: '' },
      logPath: join(folder, `${port}.log`),
      readyUrl: `http://127.0.0.1:${port}/`,
      report: (line) => said.push(line),
      limits: { backoffMsMin: 50, backoffMsMax: 200, ...limits },
    });
    started.push(child);
    return { child, said, log: () => readFileSync(join(folder, `${port}.log`), 'utf8') };
  }

  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it('is started, heard, and gone after a stop', async () => {
    const { child, log } = await childOf(WELL);
    await child.start();
    const pid = child.pid ?? 0;
    expect(isAlive(pid)).toBe(true);
    await eventually(() => expect(log()).toContain('well'));
    await child.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('is started again when it is killed, and named', async () => {
    const { child, said } = await childOf(WELL);
    await child.start();
    const first = child.pid ?? 0;
    process.kill(first, 'SIGKILL');
    await eventually(() => {
      expect(child.pid).not.toBe(first);
      expect(isAlive(child.pid ?? 0)).toBe(true);
    });
    // Between half of the back-off and all of it.
    expect(said).toEqual([
      expect.stringMatching(
        /^child ended \(SIGKILL\); it is started again in (2[5-9]|[34]\d|50) ms$/,
      ),
    ]);
  });

  it('that ends by itself is named with what it said last', async () => {
    const line = JSON.stringify({ msg: 'cannot go on', err: { message: 'the store is behind' } });
    const inLog = await childOf(`console.log(${JSON.stringify(line)});\nprocess.exit(1);`);
    await expect(inLog.child.start()).rejects.toThrow(ChildNotReady);
    expect(inLog.said[0]).toMatch(
      /^child ended \(exit code 1: cannot go on: the store is behind\); it is started again in/,
    );
    const inWords = await childOf(BROKEN);
    await expect(inWords.child.start()).rejects.toThrow(ChildNotReady);
    expect(inWords.said[0]).toMatch(/^child ended \(exit code 3: no database here\);/);
  });

  it('that dies while it starts is started again: a server it needs may be starting, too', async () => {
    const { child, said } = await childOf(DIES_ONCE);
    await child.start();
    expect(said).toHaveLength(1);
  });

  it('that cannot start says why in its own words', async () => {
    const { child } = await childOf(BROKEN);
    await expect(child.start()).rejects.toThrow(ChildNotReady);
    await expect(child.start()).rejects.toThrow('no database here');
  });

  it('that never is ready is given up', async () => {
    const { child } = await childOf('setInterval(() => undefined, 1000);', { readyMsMax: 300 });
    await expect(child.start()).rejects.toThrow('was not ready within 0.3 s');
  });

  it('that does not hear is killed', async () => {
    const { child } = await childOf(DEAF, { stopMsMax: 300 });
    await child.start();
    const pid = child.pid ?? 0;
    await child.stop();
    expect(isAlive(pid)).toBe(false);
  });
});
