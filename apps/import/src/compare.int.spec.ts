import { hash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ComparisonReport } from '#import';
import { BATCHES, DECIDED, FAULT_MAKERS } from '#import/testing';
import { createKeyPair } from '../../audit/src/evidence/keys.js';
import { runProgram as runAudit } from '../../audit/src/testing/run-program.js';
import { TakeOverWorld } from './testing/take-over-world.js';
import { runProgram, type ProgramRun } from './testing/run-program.js';

// Both sides of a take-over beside each other, and what is signed of it.

let world: TakeOverWorld;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'points-ledger-compare-'));
  world = await TakeOverWorld.make(FAULT_MAKERS.length * 2);
  await world.begin();
  await world.prepare();
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await world.drop();
});

const usersOf = (accounts: TakeOverWorld['accounts']): string[] =>
  accounts.map(({ raw }) => raw.userId).toSorted();

const compared = (): Promise<ComparisonReport> => world.json<ComparisonReport>('compare');

/** As an owner does it who switches the guards off. */
async function tamper(sql: string, ...values: unknown[]): Promise<void> {
  for (const table of ['mjk_point_transactions', 'point_batches']) {
    await world.pool.query(`alter table ${table} disable trigger points_take_over`);
  }
  await world.pool.query(sql, values);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

describe('import compare', () => {
  it('tells the same of both sides as of the opening, by type and by month', async () => {
    await world.json('open', '--all');
    const report = await compared();
    expect(report).toMatchObject({
      ok: true,
      opened: world.openable.length,
      count: 0,
      handedBack: { accounts: 0, points: 0 },
      undecided: { accounts: world.broken.length },
    });
    for (const { there, here, since } of Object.values(report.types)) {
      expect(there.rows).toBeGreaterThan(0);
      expect(here).toEqual(there);
      expect(since).toEqual({ rows: 0, points: 0 });
    }
    const { there, here } = report.balance;
    const months = Object.values(report.expiring);
    expect(here).toBe(there);
    expect(sum(months.map((month) => month.there))).toBe(there);
    expect(sum(months.map((month) => month.here))).toBe(here);
    const { rows } = await world.pool.query<{ points: number }>(
      `select sum(points_left)::int as points from point_batches where user_id = any($1)`,
      [usersOf(world.faultless)],
    );
    const others = usersOf(world.openable.filter(({ fault }) => fault !== null));
    const balances = await Promise.all(others.map((user) => world.imported(user)));
    expect(there).toBe(
      sum([...balances.map(({ account }) => account.balance), rows[0]?.points ?? 0]),
    );
  });

  it('tells what moved here since in a column of its own', async () => {
    await world.json('open', '--all');
    const before = await compared();
    const [one = '', other = ''] = usersOf(world.faultless);
    await world.recharge(one, 70);
    await world.consume(other, 30);
    const report = await compared();
    expect(report).toMatchObject({
      ok: true,
      rows: { ...before.rows, since: 2 },
      balance: { ...before.balance, since: 40 },
      types: {
        recharge: { ...before.types.recharge, since: { rows: 1, points: 70 } },
        consume: { ...before.types.consume, since: { rows: 1, points: 30 } },
      },
      expiring: { never: { there: 0, here: 0, since: 70, notOpened: 0 } },
    });
    expect(sum(Object.values(report.expiring).map(({ since }) => since))).toBe(40);
    const { out } = await world.run(['compare']);
    expect(out).toMatch(/^balance +[\d,]+ +[\d,]+ +\+40 +[\d,]+ +[\d,]+$/m);
    expect(out).toMatch(/^expires never +0 +0 +\+70 +70 +0$/m);
    expect(out).toContain('No differences found.');
  });

  it('has the points of accounts that are not opened in a column of their own', async () => {
    const [user = ''] = usersOf(world.faultless);
    await world.json('run');
    await world.run(['open', '--users', 'users'], [user]);
    const report = await compared();
    const { account } = await world.imported(user);
    expect(report).toMatchObject({
      ok: true,
      opened: 1,
      imported: world.accounts.length,
      balance: { there: account.balance, here: account.balance, since: 0 },
    });
    expect(report.balance.notOpened).toBeGreaterThan(0);
    expect(sum(Object.values(report.expiring).map(({ notOpened }) => notOpened))).toBeGreaterThan(
      0,
    );
  });

  it('finds points that were changed there after the opening, by their month', async () => {
    await world.json('open', '--all');
    const [user = ''] = usersOf(world.faultless);
    await tamper(
      `update point_batches set points_left = points_left + 5, expires_at = '2031-07-01'
       where id = (select id from point_batches where user_id = $1 and points_left > 0 limit 1)`,
      user,
    );
    const { differences, ok } = await compared();
    expect(ok).toBe(false);
    expect(differences).toContainEqual(
      expect.objectContaining({ user, what: 'expires 2031-07', here: 0 }),
    );
    expect(differences).toContainEqual(expect.objectContaining({ user, what: 'opening' }));
    expect(new Set(differences.map((difference) => difference.user))).toEqual(new Set([user]));
  });

  it('finds an account of which nothing is left there', async () => {
    await world.json('open', '--all');
    const [user = ''] = usersOf(world.faultless);
    await tamper('delete from mjk_point_transactions where user_id = $1', user);
    await tamper('delete from point_batches where user_id = $1', user);
    const { differences, accounts } = await compared();
    expect(accounts).toBe(world.accounts.length);
    expect(differences).toContainEqual(expect.objectContaining({ user, what: 'rows', there: 0 }));
  });

  it('leaves out who was handed back, and can be done when the take-over is finished', async () => {
    await world.run(['finish']);
    const [user = ''] = usersOf(world.faultless);
    await world.consume(user, 1);
    const handedBack = await world.run(['export-back', '--hand-back', '--users', 'users'], [user]);
    expect(handedBack.err).toBe('');
    const report = await compared();
    const { account } = await world.imported(user);
    expect(report).toMatchObject({
      ok: true,
      opened: world.openable.length - 1,
      handedBack: { accounts: 1, points: account.balance },
    });
  });

  it('reads each account by the mapping that it was opened by', async () => {
    const [one = ''] = usersOf(world.openable.filter(({ fault }) => fault?.kind === 'Sum'));
    const [other = ''] = usersOf(world.faultless);
    await world.run(['open', '--users', 'users'], [one]);
    await world.begin({ batches: BATCHES, ...DECIDED, believe: 'balance', adjustDays: null });
    await world.run(['open', '--users', 'users'], [other]);
    await world.json('run');
    expect(await compared()).toMatchObject({ ok: true, opened: 2 });
  });
});

describe('import compare --report', () => {
  let key: string;
  beforeEach(async () => {
    key = join(folder, 'key');
    createKeyPair(key);
    await world.json('open', '--all');
  });

  const inFolder = (name: string): string => join(folder, name);

  const compareWith = (...args: readonly string[]): Promise<ProgramRun> =>
    runProgram(
      { [key]: readFileSync(key, 'utf8'), text: 'no key' },
      ['compare', '--from', world.old, '--by', 'lin', ...args],
      { EVENT_STORE: world.ledger },
    );

  const check = (file: string) => runAudit({}, 'check', file, '--key', `${key}.pub`);

  it('signs what it found, and `audit check` accepts it as it is', async () => {
    const file = inFolder('report.json');
    const accounts = inFolder('accounts.jsonl');
    const run = await compareWith('--report', file, '--key', key, '--accounts', accounts, '--json');
    expect([run.err, run.status]).toEqual(['', 0]);
    const { report } = JSON.parse(readFileSync(file, 'utf8')) as { report: ComparisonReport };
    expect(report).toEqual(JSON.parse(run.out));
    expect(report).toMatchObject({
      importId: 'old',
      by: 'lin',
      position: await world.store.head(),
    });
    const checked = await check(file);
    expect([checked.err, checked.status]).toEqual(['', 0]);
    expect(checked.out).toContain(`good  ${file}\n      comparison of ${report.at} by lin`);
    expect(checked.out).toContain('no differences');
    const lines = readFileSync(accounts, 'utf8');
    expect(report.accountsDigest).toBe(hash('sha256', lines, 'hex'));
    const users = lines
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { user: string }).user);
    expect(users).toEqual(usersOf(world.accounts));
    expect(readdirSync(folder)).toHaveLength(4);
  });

  it('is refused by `audit check` once a byte of the report is changed', async () => {
    const file = inFolder('report.json');
    await compareWith('--report', file, '--key', key);
    const bytes = readFileSync(file);
    for (let at = 0; at < bytes.length; at += 97) {
      const bent = Buffer.from(bytes);
      bent[at] = (bent[at] ?? 0) ^ 1;
      writeFileSync(inFolder('bent'), bent);
      const { status, out } = await check(inFolder('bent'));
      expect([at, status]).toEqual([at, 1]);
      expect(out).toContain(`BAD   ${inFolder('bent')}`);
    }
  });

  it('signs differences too, and says so', async () => {
    const [user = ''] = usersOf(world.faultless);
    await tamper('update mjk_point_transactions set amount = amount + 1 where user_id = $1', user);
    const file = inFolder('report.json');
    expect((await compareWith('--report', file, '--key', key)).status).toBe(1);
    const { status, out } = await check(file);
    expect(status).toBe(0);
    expect(out).toMatch(/^ +\d+ DIFFERENCES$/m);
  });

  it.each([
    [['--report', 'r'], '--report needs --key, the private key to sign with: make one by `npm run'],
    [['--key', 'k'], '--key is of use only with --report: name the file of the report'],
    [['--report', 'r', '--key', 'none'], "--key: none can't be read as a private key (there is no"],
    [['--report', 'r', '--key', 'text'], "--key: text can't be read as a private key ("],
    [['--accounts', '/no/such/place'], "--accounts: /no/such/place can't be written: ENOENT"],
  ])('is refused with %j, which says what to do', async (args, message) => {
    const { status, err } = await compareWith(...args);
    expect(status).toBe(2);
    expect(err).toContain(message);
  });

  it('overwrites nothing', async () => {
    for (const option of ['--report', '--accounts']) {
      const file = inFolder(`kept${option}`);
      writeFileSync(file, 'kept');
      const more = option === '--report' ? ['--key', key] : [];
      const { status, err } = await compareWith(option, file, ...more);
      expect([status, err]).toEqual([2, `${option}: ${file} exists already: name another file\n`]);
      expect(readFileSync(file, 'utf8')).toBe('kept');
    }
  });
});
