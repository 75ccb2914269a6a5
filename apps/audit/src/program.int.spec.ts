import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { accountStream } from '#identity';
import { PostgresTableWriter, migrate } from '#read-model';
import { TestLedger } from './testing/test-ledger.js';
import { runProgram, type ProgramRun } from './testing/run-program.js';
import { ANNA, BO, CHEN, dayTime } from './testing/sample-ledger.js';

// Every command as a user calls it, in this process, on a real Postgres.

let ledger: TestLedger;
let dir: string;
beforeAll(async () => {
  ledger = await TestLedger.open();
  dir = mkdtempSync(join(tmpdir(), 'points-audit-'));
  const pool = new pg.Pool({ connectionString: ledger.url, max: 1 });
  await migrate(pool);
  const { events, next } = await ledger.store.readAll(null, 10_000);
  if (next !== null) {
    await new PostgresTableWriter(pool, { name: 'points', version: 1 }).write(null, {
      events,
      next,
    });
  }
  await pool.end();
});
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await ledger.close();
});

const file = (name: string): string => join(dir, name);

const audit = (...args: string[]): Promise<ProgramRun> =>
  runProgram({ EVENT_STORE: ledger.url, DATABASE_URL: ledger.url }, ...args);

/** With nothing to ask: no database and no network. */
const offline = (...args: string[]): Promise<ProgramRun> => runProgram({ DATA_DIR: dir }, ...args);

const good = async (running: Promise<ProgramRun>): Promise<string> => {
  const { status, out, err } = await running;
  expect([status, err]).toEqual([0, '']);
  return out;
};

describe('audit', () => {
  it.each(['replay', 'verify', 'diff', 'anchor', 'prove', 'check', 'export'])(
    'says with %s --help what it does and how it ends',
    async (command) => {
      const help = await good(offline(command, '--help'));
      expect(help).toContain(`Usage: audit ${command}`);
      expect(help).toContain('--json');
      expect(help).toContain(
        'Exit status: 0 no damage or difference, 1 damage or differences found, 2',
      );
    },
  );

  it.each(['verify', 'export'])(
    'says with %s --help that no hash covers recorded_at',
    async (command) => {
      expect(await good(offline(command, '--help'))).toContain('recorded_at');
    },
  );

  it.each([
    [['verify', '--wrong']],
    [['nothing']],
    [['replay']],
    [['replay', '--user', 'somebody']],
    [['replay', '--user', ANNA, '--at', 'yesterday']],
    [['replay', '--user', ANNA, '--at', '0000-01-01T00:00:00Z']],
    [['export', '--all', '--to', '9999-12-31T23:59:59-14:00']],
    [['anchor', '--key', 'no-such-file']],
    [['check', 'no-such-file', '--key', 'no-such-file']],
    [['export', '--user', ANNA, '--all']],
    [['verify', '--policy', '{"refundDays":1}']],
  ])('ends with 2 for the arguments %j', async (args) => {
    const { status, err } = await audit(...args);
    expect(status).toBe(2);
    expect(err).not.toBe('');
  });

  it('ends with 2 if no store is configured, exists or answers', async () => {
    expect(await offline('verify')).toMatchObject({
      status: 2,
      err: expect.stringContaining('EVENT_STORE') as string,
    });
    const url = new URL(ledger.url);
    url.pathname = '/postgres';
    const empty = await runProgram({ EVENT_STORE: url.href }, 'verify');
    expect(empty).toMatchObject({ status: 2, err: 'there is no event store in this database\n' });
    const nowhere = await runProgram({ EVENT_STORE: 'postgres://127.0.0.1:1/x' }, 'verify');
    expect(nowhere.status).toBe(2);
  });

  it('uses the stores of the running local stack', async () => {
    const ready = { database: ledger.url, eventStore: ledger.url };
    writeFileSync(file('ready.json'), JSON.stringify(ready));
    expect((await runProgram({ DATA_DIR: dir }, 'verify')).status).toBe(0);
    rmSync(file('ready.json'));
  });
});

describe('replay', () => {
  it('shows each line of the statement with the command behind it, and what came of it', async () => {
    const out = await good(audit('replay', '--user', ANNA));
    expect(out).toMatch(
      /0 +2030-01-01T12:00:00\.000Z +【积分充值】 +\+1,000 +1,000 .*RechargePoints \/spec r1/,
    );
    expect(out).toMatch(/【配音合成返还】 .* RefundPoints \/spec x1/);
    expect(out).toMatch(/refused: InsufficientPoints .* ConsumePoints \/spec c7/);
    expect(out).toMatch(/settled c2: 80 \/ 100/);
    expect(out).toContain('Batches, in the order they will be drawn:');
  });

  it('shows what the page showed at a moment, and a pre-deduction that was open then', async () => {
    const out = await good(audit('replay', '--user', ANNA, '--at', dayTime(1, '13:05')));
    expect(out).toMatch(/Open pre-deductions:\n[^]*c2 +3 +100 /);
    const page = out.slice(out.indexOf('What the page showed'));
    expect(page.split('\n')[3]).toMatch(/^ +3 .*-100 /);
    const {
      balance,
      held,
      page: rows,
    } = JSON.parse(await good(audit('replay', '--user', ANNA, '--revision', '3', '--json'))) as {
      balance: number;
      held: number;
      page: { duration: number | null }[];
    };
    expect([balance, held]).toEqual([890, 100]);
    expect(rows.map(({ duration }) => duration)).toEqual([null, null, 12.5, null, null]);
    const settled = await good(
      audit('replay', '--user', ANNA, '--at', dayTime(1, '13:10'), '--json'),
    );
    expect((JSON.parse(settled) as { page: { duration: number | null }[] }).page[1]?.duration).toBe(
      40,
    );
  });

  it('has Chinese headings with --lang zh', async () => {
    const out = await good(audit('replay', '--user', ANNA, '--lang', 'zh'));
    for (const head of ['版本号', '积分', '余额', '批次（按扣减顺序）', '未结算的预扣']) {
      expect(out).toContain(head);
    }
  });

  it('stops at an event that the rules could not have produced, and says so', async () => {
    const { status, out } = await ledger.withTampering(
      () => ledger.rewrite(accountStream(ANNA), 5, (data) => (data['balanceAfter'] = 1)),
      () => audit('replay', '--user', ANNA),
    );
    expect(status).toBe(1);
    expect(out).toContain('STOPPED at revision 5: balanceAfter says 1');
  });

  it('shows an account without events as empty', async () => {
    const nobody = '99999999-9999-4999-8999-999999999999';
    expect(await good(audit('replay', '--user', nobody.toUpperCase()))).toContain(
      'Balance 0, Held 0',
    );
    expect(JSON.parse(await good(audit('replay', '--user', nobody, '--json')))).toMatchObject({
      statement: [],
      balance: 0,
      revision: null,
    });
  });
});

describe('verify', () => {
  it('ends with 0 without damage, and with 1 and a report otherwise', async () => {
    expect(await good(audit('verify'))).toContain('No damage found.');
    const { status, out } = await ledger.withTampering(
      () => ledger.sql(`update event_store.events set data = data || ' ' where position = 9`),
      () => audit('verify', '--lang', 'zh'),
    );
    expect(status).toBe(1);
    expect(out).toContain('DAMAGED, first at postgres:0000000000000009:');
    expect(out).toContain('hash-broken');
    expect(out).toContain('位置');
  });

  it('reports events under an unknown policy', async () => {
    const verified = await ledger.withTampering(
      () =>
        ledger.rewrite(
          accountStream(ANNA),
          0,
          (_, row) => (row.meta = row.meta.replace(/"policy":"[0-9a-f]+"/, '"policy":"other"')),
        ),
      () => audit('verify'),
    );
    expect(verified.status).toBe(0);
    expect(verified.out).toContain('under an unknown policy (other)');
  });
});

describe('verify and diff', () => {
  it('have Chinese headings with --lang zh', async () => {
    const [verified, compared] = await ledger.withTampering(
      () => ledger.sql('delete from event_store.events where position = 20'),
      async () => [
        await audit('verify', '--lang', 'zh'),
        await audit('diff', '--user', BO, '--lang', 'zh'),
      ],
    );
    expect(verified?.status).toBe(1);
    for (const head of ['损坏', '详情', '位置', '账户', '版本号'])
      expect(verified?.out).toContain(head);
    expect(compared?.status).toBe(2);
    await ledger.sql(`update mjk_point_accounts_v1 set held = held + 1 where user_id = '${CHEN}'`);
    const { status, out } = await audit('diff', '--lang', 'zh').finally(() =>
      ledger.sql(`update mjk_point_accounts_v1 set held = held - 1 where user_id = '${CHEN}'`),
    );
    expect(status).toBe(1);
    for (const head of ['表', '账户', '列', '按事件', '表中']) expect(out).toContain(head);
  });
});

describe('anchor, prove and check', () => {
  it('lead from a new key to a statement that can be checked offline', async () => {
    expect(await good(offline('anchor', '--new-key', file('key')))).toContain('public key:');
    expect((await offline('anchor', '--new-key', file('key'))).status).toBe(2);
    const made = await good(audit('anchor', '--key', file('key'), '--out', file('a1')));
    expect(made).not.toContain('Snapshots'); // it is of events alone
    expect((await audit('anchor', '--key', file('key'), '--out', file('a1'))).status).toBe(2);
    const after = ['--after', file('a1')];
    await good(audit('anchor', '--key', file('key'), '--out', file('a2'), ...after));
    await good(audit('prove', '--user', BO, '--anchor', file('a2'), '--out', file('p')));
    const out = await good(
      offline('check', file('p'), file('a1'), file('a2'), '--key', file('key.pub')),
    );
    expect(out).toContain('the later anchor holds all that the earlier one does');
    expect(out).toMatch(new RegExp(`user ${BO}: all 23 events`));
    const key = ['--key', file('key.pub')];
    await good(audit('verify', '--anchor', file('a1'), '--anchor', file('a2'), ...key));
  });

  it.each([
    ['prove', '--user', BO, '--anchor'],
    ['export', '--user', BO],
  ])('say which file %s could not write', async (...args) => {
    const out = join('no', 'such', 'place');
    const anchor = args.at(-1) === '--anchor' ? [file('a2')] : [];
    const { status, err } = await audit(...args, ...anchor, '--out', out);
    expect([status, err]).toEqual([2, expect.stringContaining(`${out} can't be written: ENOENT`)]);
  });

  it('check notices an event left out', async () => {
    const lines = readFileSync(file('p'), 'utf8').split('\n');
    lines.splice(5, 1);
    writeFileSync(file('changed'), lines.join('\n'));
    const { status, out } = await offline('check', file('changed'), '--key', file('key.pub'));
    expect(status).toBe(1);
    expect(out).toContain('BAD');
  });

  it('sign nothing that is damaged, and prove nothing that was not signed', async () => {
    const tamper = () =>
      ledger.rewrite(accountStream(ANNA), 0, (data) => (data['sourceId'] = 'order-of-another'));
    const damaged = () => ledger.sql('delete from event_store.events where position = 9');
    const signed = await ledger.withTampering(damaged, () =>
      audit('anchor', '--key', file('key'), '--out', file('a3')),
    );
    expect(signed).toMatchObject({
      status: 1,
      out: expect.stringContaining('Not signed.') as string,
    });
    const proved = await ledger.withTampering(tamper, () =>
      audit('prove', '--user', BO, '--anchor', file('a2'), '--out', file('p2')),
    );
    expect(proved.status).toBe(1);
    const verified = await ledger.withTampering(tamper, () =>
      audit('verify', '--anchor', file('a2'), '--json'),
    );
    expect(verified.status).toBe(1);
    expect(JSON.parse(verified.out)).toMatchObject({
      ok: false,
      damage: { 'anchor-events-differ': 1, 'anchor-accounts-differ': 1 },
    });
  });
});

describe('diff', () => {
  it('ends with 0 or 1, and names column by column what differs', async () => {
    expect(await good(audit('diff'))).toContain('No differences found.');
    expect(await good(audit('diff', '--user', ANNA, '--json'))).toContain('"ok":true');
    await ledger.sql(`update mjk_point_accounts_v1 set balance = 7 where user_id = '${BO}'`);
    const { status, out } = await audit('diff');
    expect(status).toBe(1);
    expect(out).toMatch(new RegExp(`accounts +${BO} +${BO} +balance +\\d+ +7`));
  });
});

describe('export', () => {
  it('writes events as they are stored, and rows as people see them', async () => {
    const events = (await good(audit('export', '--all'))).trimEnd().split('\n');
    expect(events).toHaveLength(69);
    expect(JSON.parse(events[0] ?? '')).toMatchObject({
      user_id: ANNA,
      revision: 0,
      type: 'PointsRecharged',
    });
    const days = ['--from', '2030-01-02', '--to', '2030-01-03'];
    const csv = await good(
      audit('export', '--user', ANNA, '--format', 'csv', '--what', 'statement', ...days),
    );
    const [head, first] = csv.split('\r\n');
    expect(head).toMatch(/^user_id,revision,line,type,amount/);
    expect(first).toMatch(
      new RegExp(`^${ANNA},2,0,consume,50,1050,1000,tts,clip-c1,\\d+,12\\.5,【配音合成】`),
    );
    await good(audit('export', '--all', '--what', 'statement', '--out', file('rows.jsonl')));
    expect(readFileSync(file('rows.jsonl'), 'utf8').split('\n').length).toBeGreaterThan(60);
  });

  it('ends with 2 and a sentence at an event that can not be read', async () => {
    const damage = `update event_store.events set type = 'Gift' where stream = $1 and revision = 2`;
    const exported = await ledger.withTampering(
      () => ledger.sql(damage, accountStream(ANNA)),
      () => audit('export', '--user', ANNA),
    );
    const sentence = `${accountStream(ANNA)} revision 2: unknown type Gift: verify the events first\n`;
    expect([exported.status, exported.err]).toEqual([2, sentence]);
  });
});
