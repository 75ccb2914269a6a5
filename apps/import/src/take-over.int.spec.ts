import { randomUUID } from 'node:crypto';
import { FAULT_MAKERS } from '#import/testing';
import type { AccountOpened } from '#ledger';
import { SettingsReader } from '#settings';
import { eventually } from '#testing';
import { NOT_FREE } from './freeze/account-states.js';
import { TakeOverWorld } from './testing/take-over-world.js';

// The whole way of a take-over, on a Postgres that has the old tables and one that has the ledger.

let world: TakeOverWorld;
beforeEach(async () => {
  world = await TakeOverWorld.make(FAULT_MAKERS.length * 2);
});
afterEach(() => world.drop());

interface RunJson {
  readonly changed: number;
}

interface OpenJson {
  readonly opened: number;
  readonly openedBefore: number;
  readonly busy: readonly string[];
  readonly undecided: readonly { readonly user: string }[];
  readonly refused: readonly { readonly user: string }[];
}

const usersOf = (accounts: TakeOverWorld['accounts']): string[] =>
  accounts.map(({ raw }) => raw.userId).toSorted();

const write = (user: string): Promise<string> =>
  world.pool
    .query(
      `insert into mjk_point_transactions (user_id, type, amount, balance_before, balance_after, id)
       select $1, 'recharge', 1, 0, 1, max(id) + 1 from mjk_point_transactions`,
      [user],
    )
    .then(
      () => 'written',
      (error: unknown) => (error as { readonly code: string }).code,
    );

describe('import run', () => {
  it('is refused before a take-over is started', async () => {
    const { status, err } = await world.run(['run']);
    expect(status).toBe(2);
    expect(err).toContain('no take-over is on: begin one by `start`');
  });

  it('imports every row once, and then only what is new, changed or gone', async () => {
    await world.begin();
    const rows = world.accounts.reduce((sum, { raw }) => sum + raw.rows.length, 0);
    expect(await world.json('run')).toMatchObject({
      accounts: world.accounts.length,
      changed: world.accounts.length,
      rows,
      gone: 0,
      refused: [],
    });
    expect(await world.json('run')).toMatchObject({ changed: 0, rows: 0, events: 0 });
    const [one] = world.accounts;
    const [changed = '', gone = ''] = one?.raw.rows.map(({ id }) => id) ?? [];
    await world.pool.query('delete from mjk_point_transactions where id = $1', [gone]);
    await world.pool.query(
      "update mjk_point_transactions set description = 'x', updated_at = now() where id = $1",
      [changed],
    );
    expect(await world.json('run', '--since-last')).toMatchObject({ changed: 1, rows: 1, gone: 1 });
    if (one === undefined) return;
    const { statement } = await world.imported(one.raw.userId);
    expect(statement.count).toBe(one.raw.rows.length - 1);
    expect(statement.get(changed)?.row[9]).toBe('x');
    expect(await world.json<RunJson>('run')).toMatchObject({ changed: 0 });
  });
});

it('names an account that began here, leaves it there, and goes on with all others', async () => {
  const [user = ''] = usersOf(world.faultless);
  await world.recharge(user, 5);
  await world.begin();
  await world.prepare();
  expect(await world.json<OpenJson>('open', '--all')).toMatchObject({
    opened: world.openable.length - 1,
    refused: [{ user, why: 'began here' }],
  });
  expect(await write(user)).toBe('written');
});

describe('import open', () => {
  beforeEach(async () => {
    await world.begin();
    await world.prepare();
  });

  it('opens every account that needs no repair, with the rows that it has then', async () => {
    await world.json('run');
    const report = await world.json<OpenJson>('open', '--all');
    expect(report).toMatchObject({
      opened: world.openable.length,
      openedBefore: 0,
      busy: [],
      refused: [],
    });
    expect(report.undecided.map(({ user }) => user).toSorted()).toEqual(usersOf(world.broken));
    for (const account of world.accounts) {
      const { account: state, statement } = await world.imported(account.raw.userId);
      expect(statement.count).toBe(account.raw.rows.length);
      const phase = world.broken.includes(account) ? 'imported' : 'opened';
      expect(state.takeOver?.phase).toBe(phase);
      if (account.fault !== null) continue;
      expect(state.balance).toBe(Number(account.raw.rows.at(-1)?.balanceAfter));
      // It is read as it is by `check`: in the order of its ids.
      const opening = await world.openingOf(account.raw.userId);
      const { adjusted, batches } = opening as Pick<AccountOpened, 'adjusted' | 'batches'>;
      expect(adjusted).toBeNull();
      expect(batches.filter(({ legacyBatchId }) => legacyBatchId === null)).toEqual([]);
    }
  });

  it('is refused where a table of the mapping has writers that nothing holds', async () => {
    await world.pool.query('drop trigger points_take_over on point_batches');
    const { err, status } = await world.run(['open', '--all']);
    expect([status, err]).toEqual([
      2,
      'nothing holds the writers of "point_batches": run `prepare` with the mapping of `start`\n',
    ]);
    expect(await world.json('open', '--all', '--freeze-by-word')).toMatchObject({
      opened: world.openable.length,
    });
  });

  it('takes batches over whose ids are no numbers, and none whose rows nobody could read again', async () => {
    const [odd = '', unreadable = ''] = usersOf(world.faultless);
    await world.pool.query('alter table point_batches alter column id type text using id::text');
    await world.pool.query('alter table mjk_point_transactions alter column batch_id type text');
    await world.pool.query("update point_batches set id = 'B-' || id where user_id = $1", [odd]);
    await world.pool.query(
      "update mjk_point_transactions set batch_id = 'B-1' where user_id = $1",
      [unreadable],
    );
    const report = await world.json<OpenJson>('open', '--all');
    expect(report.refused.map(({ user }) => user)).toEqual([unreadable]);
    expect((await world.imported(odd)).account.takeOver?.phase).toBe('opened');
    expect(await write(unreadable)).toBe('written');
  });

  it('tells whoever could be written there though the account is open here', async () => {
    await world.json('open', '--all');
    const [user = ''] = usersOf(world.faultless);
    await world.pool.query(
      "update points_take_over.accounts set state = 'free' where user_id = $1",
      [user],
    );
    const { out, status } = await world.run(['open', '--all']);
    expect([status, out]).toEqual([
      1,
      expect.stringContaining(
        `WRITABLE THERE ${user}: it is open here, and compare says what was written\n`,
      ),
    ]);
    expect(await write(user)).toBe(NOT_FREE);
  });

  it('holds the writers of opened accounts off for ever, and lets all others in', async () => {
    const [first = '', second = ''] = usersOf(world.faultless);
    const { status } = await world.run(['open', '--users', 'users'], [first]);
    expect(status).toBe(0);
    expect(await write(first)).toBe(NOT_FREE);
    expect(await write(second)).toBe('written');
    await world.json('open', '--all');
    for (const user of usersOf(world.broken)) expect(await write(user)).toBe('written');
  });

  it('opens each account once, by two importers at a time and again after them', async () => {
    const both = await Promise.all([
      world.json<OpenJson>('open', '--all'),
      world.json<OpenJson>('open', '--all'),
    ]);
    expect(both.reduce((sum, { opened }) => sum + opened, 0)).toBe(world.openable.length);
    expect(await world.json<OpenJson>('open', '--all')).toMatchObject({ opened: 0 });
  });

  it('opens a share of the accounts first, and of a larger share only those that are left', async () => {
    const few = await world.json<OpenJson>('open', '--share', '20');
    const more = await world.json<OpenJson>('open', '--share', '60');
    expect(few.opened).toBeGreaterThan(0);
    expect(few.opened + more.opened).toBeLessThan(world.openable.length);
    expect(more.openedBefore).toBe(0);
  });

  it('leaves an account to its writer, and goes on with all others', async () => {
    const [user = ''] = usersOf(world.faultless);
    const writer = await world.pool.connect();
    await writer.query('begin');
    await writer.query('update point_batches set points_left = points_left where user_id = $1', [
      user,
    ]);
    const report = await world.json<OpenJson>('open', '--all', '--wait-ms', '50');
    await writer.query('rollback');
    writer.release();
    expect(report.busy).toEqual([user]);
    expect(report.opened).toBe(world.openable.length - 1);
    expect(await world.json<OpenJson>('open', '--all')).toMatchObject({ opened: 1, busy: [] });
  });

  it('is undone by release where an account is frozen and not open', async () => {
    const [first = '', second = ''] = usersOf(world.faultless);
    await world.run(['open', '--users', 'users'], [first]);
    await world.pool.query(
      "update points_take_over.accounts set state = 'frozen' where user_id = any($1)",
      [[first, second]],
    );
    const { out } = await world.run(['release', '--users', 'users'], [first, second]);
    expect(out).toBe('1 accounts are free again, 1 are open here, 0 were not frozen\n');
    expect(await write(first)).toBe(NOT_FREE);
    expect(await write(second)).toBe('written');
  });

  it('is compared with the old tables, which shows what was written there afterwards', async () => {
    await world.json('open', '--all');
    expect(await world.json('compare')).toMatchObject({
      ok: true,
      accounts: world.accounts.length,
      opened: world.openable.length,
      differences: [],
    });
    const [user = ''] = usersOf(world.faultless);
    await world.pool.query('alter table mjk_point_transactions disable trigger points_take_over');
    expect(await write(user)).toBe('written');
    const { differences } = await world.json<{ differences: readonly { what: string }[] }>(
      'compare',
    );
    expect(differences.map(({ what }) => what)).toEqual(['rows', 'digest', 'balance', 'recharge']);
  });
});

describe('import export-back', () => {
  it('gives accounts back with what happened here, and the old service goes on with them', async () => {
    await world.begin();
    await world.prepare();
    await world.json('open', '--all');
    const [user = ''] = usersOf(world.faultless);
    const before = (await world.imported(user)).account.balance;
    await world.recharge(user, 70);
    await world.consume(user, 30);
    const { out: rows } = await world.run(['export-back', '--users', 'users'], [user]);
    expect(rows.trim().split('\n')).toHaveLength(2);
    const { out, err } = await world.run(
      ['export-back', '--hand-back', '--users', 'users'],
      [user],
    );
    expect([err, out]).toEqual(['', expect.stringMatching(`^${user}: 2 rows and `)]);
    expect((await world.imported(user)).account.takeOver?.phase).toBe('handed_back');
    const { rows: there } = await world.pool.query<{ balance: number; points: number }>(
      `select balance_after as balance, (select sum(points_left)::int from point_batches where user_id = $1)
         as points
       from mjk_point_transactions where user_id = $1 order by id desc limit 1`,
      [user],
    );
    expect(there).toEqual([{ balance: before + 40, points: before + 40 }]);
    expect(await write(user)).toBe('written');
    const again = await world.run(['export-back', '--hand-back', '--users', 'users'], [user]);
    expect(again.out).toBe(`${user} is not open here\n`);
    const other = usersOf(world.openable).find((one) => one !== user) ?? '';
    expect(await write(other)).toBe(NOT_FREE);
  });
});

describe('import export-back whose rows the old table refuses', () => {
  it('leaves the account open here, and gives it back when it is run again', async () => {
    await world.begin();
    await world.prepare();
    const [user = ''] = usersOf(world.faultless);
    await world.run(['open', '--users', 'users'], [user]);
    await world.recharge(user, 70);
    const refuse = 'add constraint refused check (amount < 0) not valid';
    await world.pool.query(`alter table mjk_point_transactions ${refuse}`);
    const failed = await world.run(['export-back', '--hand-back', '--users', 'users'], [user]);
    expect(failed.status).toBe(2);
    await world.recharge(user, 1);
    expect(await write(user)).toBe(NOT_FREE);
    await world.pool.query('alter table mjk_point_transactions drop constraint refused');
    const { out } = await world.run(['export-back', '--hand-back', '--users', 'users'], [user]);
    expect(out).toMatch(`${user}: 2 rows and `);
    expect(await write(user)).toBe('written');
  });
});

describe('import finish', () => {
  it('opens whoever is left, freezes whoever comes later, and names those who stay', async () => {
    await world.begin();
    await world.prepare();
    const { out, status, err } = await world.run(['finish']);
    expect([status, err]).toEqual([1, '']);
    expect(out.match(/^LEFT /gm)).toHaveLength(world.broken.length);
    expect(await write('6f1f2a53-2a8c-5c0a-9d0e-1b2c3d4e5f60')).toBe(NOT_FREE);
    expect((await world.run(['run'])).err).toContain('no take-over is on');
  });

  it('lets everybody else write where a writer hangs, and says so', async () => {
    await world.begin();
    await world.prepare();
    const [first = '', second = ''] = usersOf(world.broken);
    const writer = await world.pool.connect();
    await writer.query('begin');
    await writer.query('update point_batches set points_left = points_left where user_id = $1', [
      first,
    ]);
    let isOver = false;
    const finishing = world.run(['finish']).finally(() => (isOver = true));
    await eventually(async () => {
      const { rows } = await world.pool.query(
        "select from pg_stat_activity where wait_event_type = 'Lock' and query like 'lock table%'",
      );
      expect(rows).toHaveLength(1);
    });
    expect(await write(second)).toBe('written');
    expect(isOver).toBe(false);
    const { status, err } = await finishing;
    await writer.query('rollback');
    writer.release();
    expect([status, err]).toEqual([
      2,
      'a writer of the old tables does not end: finish again later\n',
    ]);
  });
});

describe('import start', () => {
  it('publishes the mapping, and accounts are opened only once it is on', async () => {
    await new SettingsReader({ store: world.store }).refresh();
    await world.prepare();
    const { out, status } = await world.start('spring');
    expect([status, out]).toEqual([
      0,
      expect.stringMatching(
        /^The take-over spring is on from \S+Z, with the mapping [0-9a-f]{64}\.\n$/,
      ),
    ]);
    expect(await world.json('run')).toMatchObject({ changed: world.accounts.length });
    const { err } = await world.run(['open', '--all']);
    expect(err).toMatch(/^the take-over is on from \S+Z: open no account before\n$/);
    const other = await world.start('summer');
    expect(other.err).toContain('the take-over spring is not finished');
  });

  it('is refused for a ledger of rules 1', async () => {
    await world.store.append('ledger-other', -1, [
      { id: randomUUID(), type: 't', data: '{}', meta: '{}', hash: new Uint8Array(32) },
    ]);
    const { err } = await world.start('spring');
    expect(err).toContain('accounts are taken over under rules 2: publish them first');
  });

  it('is refused with an id that names none', async () => {
    const { err } = await world.start('Spring 2026');
    expect(err).toContain('--id must be 1 to 32 characters a-z, 0-9 and -');
  });
});
