import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { EventStoreDbEventStore } from '#event-store';
import { accountStream } from '#identity';
import { EventStoreDbProtocolServer } from '#testing';
import { TestLedger } from './testing/test-ledger.js';
import { ANNA, writeSampleLedger } from './testing/sample-ledger.js';
import { withoutProgress } from './testing/without-progress.js';

// The built program in a process of its own, with a worker thread for each core.

const MAIN = 'dist/apps/audit/src/main.js';
const run = promisify(execFile);

let ledger: TestLedger;
beforeAll(async () => {
  if (!existsSync(MAIN)) throw new Error('build first: npm run build');
  ledger = await TestLedger.open();
});
afterAll(() => ledger.close());

const audit = (...args: string[]) => auditAt(ledger.url, ...args);

async function auditAt(
  store: string,
  ...args: string[]
): Promise<{ status: number; out: string; err: string }> {
  const env = { ...process.env, NODE_OPTIONS: '', EVENT_STORE: store, DATABASE_URL: ledger.url };
  try {
    const { stdout, stderr } = await run(process.execPath, [MAIN, ...args], { env });
    return { status: 0, out: stdout, err: withoutProgress(stderr) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, out: stdout, err: withoutProgress(stderr) };
  }
}

describe('npm run audit', () => {
  it('verifies on all cores, and ends with 0', async () => {
    const { status, out, err } = await audit('verify', '--json');
    expect([status, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({ ok: true, events: 69, accounts: 3 });
  });

  it('merges what its worker threads found, and ends with 1', async () => {
    const { status, out } = await ledger.withTampering(
      () => ledger.rewrite(accountStream(ANNA), 3, (data) => (data['points'] = 7)),
      () => audit('verify', '--json'),
    );
    expect(status).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ ok: false, damage: { 'rule-broken': 1 } });
  });

  it('ends with 2 when no server answers', async () => {
    const env = { ...process.env, NODE_OPTIONS: '', EVENT_STORE: 'postgres://127.0.0.1:1/x' };
    await expect(run(process.execPath, [MAIN, 'verify'], { env })).rejects.toMatchObject({
      code: 2,
    });
  });

  it('ends quietly when the reader of its output stops early', async () => {
    const env = { ...process.env, NODE_OPTIONS: '', EVENT_STORE: ledger.url };
    const first = `${process.execPath} ${MAIN} export --all | head -c 100`;
    const { stdout, stderr } = await run('sh', ['-c', first], { env });
    expect([stdout.length, withoutProgress(stderr)]).toEqual([100, '']);
  });
});

describe('npm run audit', () => {
  it('ends with 2 and a sentence when the output can not be written', async () => {
    const line = `${process.execPath} ${MAIN} export --all 1< package.json`;
    const env = { ...process.env, NODE_OPTIONS: '', EVENT_STORE: ledger.url };
    await expect(run('sh', ['-c', line], { env })).rejects.toMatchObject({
      code: 2,
      stderr: "the output can't be written: EBADF: bad file descriptor, write\n",
    });
  });

  it('keeps the stack of a bug in a thread', async () => {
    const script = `
      import('./dist/apps/audit/src/verify/worker-pool.js').then(async ({ threadWorkerPool }) => {
        const pool = threadWorkerPool({ eventStore: 'postgres://127.0.0.1:1/x', policies: [], snapshots: null }, 1);
        await pool.run({ kind: 'positions', work: { span: null } }).catch((error) => console.log(error.stack));
        await pool.close();
      });`;
    const { stdout } = await run(process.execPath, ['-e', script]);
    expect(stdout).toMatch(/^TypeError: .*\n +at .*position-pass\.js/);
  });
});

describe('npm run audit on a cluster', () => {
  it('reports a record that is no event, found by a worker thread, and checks the rest', async () => {
    const server = await EventStoreDbProtocolServer.start();
    const store = new EventStoreDbEventStore(server.connectionString);
    try {
      await writeSampleLedger(store);
      const whole = await auditAt(server.connectionString, 'verify', '--json');
      expect([whole.status, JSON.parse(whole.out)]).toMatchObject([0, { ok: true, events: 69 }]);
      const [record] = server.log.streamOf(accountStream(ANNA)).slice(4);
      Object.assign(record ?? {}, { meta: new Uint8Array(3) });
      const { status, out, err } = await auditAt(server.connectionString, 'verify', '--json');
      expect([status, err]).toEqual([1, '']);
      const { damage } = JSON.parse(out) as { readonly damage: Record<string, number> };
      expect(Object.keys(damage)).toEqual(['unreadable']);
    } finally {
      await store.close();
      await server.stop();
    }
  });

  it('ends with 2 and a sentence when no server answers', async () => {
    const { status, err } = await auditAt('esdb://127.0.0.1:1?tls=false', 'verify');
    expect(status).toBe(2);
    expect(err).toMatch(/^the event store can't be read: .*ECONNREFUSED 127\.0\.0\.1:1\.\n$/);
  });
});
