import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { Lab } from './testing/lab.suite.js';
import { ANNA, streamOf } from './testing/story.suite.js';

// The program as it is installed: a process of its own, with a thread for each core.

const MAIN = 'dist/apps/audit/src/main.js';
const run = promisify(execFile);

let lab: Lab;
beforeAll(async () => {
  if (!existsSync(MAIN)) throw new Error('build first: npm run build');
  lab = await Lab.open();
});
afterAll(() => lab.close());

async function audit(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const env = { ...process.env, NODE_OPTIONS: '', EVENT_STORE: lab.url, DATABASE_URL: lab.url };
  try {
    const { stdout, stderr } = await run(process.execPath, [MAIN, ...args], { env });
    return { status: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, out: stdout, err: stderr };
  }
}

describe('npm run audit', () => {
  it('verifies on all cores, and ends with 0', async () => {
    const { status, out, err } = await audit('verify', '--json');
    expect([status, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({ ok: true, events: 69, accounts: 3 });
  });

  it('hands what its threads found together, and ends with 1', async () => {
    const { status, out } = await lab.bent(
      () => lab.rewrite(streamOf(ANNA), 3, (data) => (data['points'] = 7)),
      () => audit('verify', '--json'),
    );
    expect(status).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ ok: false, damage: { 'rule-broken': 1 } });
  });

  it('ends with 2 where nothing answers', async () => {
    const env = { ...process.env, NODE_OPTIONS: '', EVENT_STORE: 'postgres://127.0.0.1:1/x' };
    await expect(run(process.execPath, [MAIN, 'verify'], { env })).rejects.toMatchObject({
      code: 2,
    });
  });

  it('may be cut short by who reads it', async () => {
    const env = { ...process.env, NODE_OPTIONS: '', EVENT_STORE: lab.url };
    const first = `${process.execPath} ${MAIN} export --all | head -c 100`;
    const { stdout, stderr } = await run('sh', ['-c', first], { env });
    expect([stdout.length, stderr]).toEqual([100, '']);
  });
});
