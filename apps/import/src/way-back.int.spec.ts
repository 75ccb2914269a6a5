import pg from 'pg';
import { PermanentStoreError, type AppendResult, type EventStore } from '#event-store';
import { accountStream } from '#identity';
import { BATCHES, DECIDED, FAULT_MAKERS } from '#import/testing';
import { SettingsReader } from '#settings';
import { handBack, type HandBackResult } from './accounts/hand-back.js';
import { CannotImportError } from './errors.js';
import { NOT_FREE, stateOf } from './freeze/account-states.js';
import { currentTakeOver } from './ledger/current-take-over.js';
import { findTables } from './source/old-tables.js';
import { runProgram, type ProgramRun } from './testing/run-program.js';
import { TakeOverWorld } from './testing/take-over-world.js';

// What the old service finds when accounts come back, or would.

let world: TakeOverWorld;
afterEach(() => world.drop());

const usersOf = (accounts: TakeOverWorld['accounts']): string[] =>
  accounts.map(({ raw }) => raw.userId).toSorted();

interface Standing {
  readonly user: string;
  readonly balance: number;
  readonly points: number;
}

/** The last balance and the sum of the batches, as the old service reads them. */
async function standingThere(schema = 'public'): Promise<readonly Standing[]> {
  const { rows } = await world.pool.query<Standing>(
    `select user_id::text as user, (array_agg(balance_after order by id desc))[1] as balance,
       coalesce((select sum(points_left)::float from ${schema}.point_batches batch
         where batch.user_id = row.user_id), 0) as points
     from ${schema}.mjk_point_transactions row group by user_id order by user_id`,
  );
  return rows;
}

const rowsThere = async (user: string, schema = 'public') => {
  const { rows } = await world.pool.query<Record<string, unknown>>(
    `select * from ${schema}.mjk_point_transactions where user_id = $1 order by id`,
    [user],
  );
  return rows;
};

const digestOf = async (table: string): Promise<unknown> => {
  const { rows } = await world.pool.query(
    `select md5(string_agg(t::text, '' order by t::text)) as digest from ${table} t`,
  );
  return rows[0];
};

/** Points come, are spent and held. */
async function moveAll(users: readonly string[]): Promise<void> {
  for (const user of users) {
    await world.recharge(user, 70);
    const { account } = await world.imported(user);
    await world.consume(user, account.balance - 15);
    await world.recharge(user, 9);
  }
}

describe('import export-back', () => {
  beforeEach(async () => {
    world = await TakeOverWorld.make(FAULT_MAKERS.length * 2);
    await world.begin();
    await world.prepare();
    await world.json('open', '--all');
  });

  it.each([
    ['--hand-back', []],
    ['--into', ['rehearsal']],
  ])(
    'writes every account so that its last balance is the sum of its batches, by %s',
    async (option, more) => {
      const users = usersOf(world.openable);
      await moveAll(users);
      const [schema = 'public'] = more;
      const { out, err } = await world.run(['export-back', option, ...more, '--all']);
      expect(err).toBe('');
      expect(out.trim().split('\n')).toHaveLength(users.length);
      const standing = (await standingThere(schema)).filter(({ user }) => users.includes(user));
      expect(standing).toEqual(users.map((user) => ({ user, balance: 24, points: 24 })));
      const { rows: unknown } = await world.pool.query(
        `select row.id from ${schema}.mjk_point_transactions row
         where user_id = any($1) and created_at > now() - interval '50 minutes' and batch_id is not null
           and not exists (select from ${schema}.point_batches batch
             where batch.id = row.batch_id and batch.user_id = row.user_id)`,
        [users],
      );
      expect(unknown).toEqual([]);
    },
  );

  it('leaves legacy rows as they were, and gives new ones ids of the old sequence', async () => {
    const [user = ''] = usersOf(world.faultless);
    const before = await rowsThere(user);
    const { rows } = await world.pool.query<{ last: string }>(
      'select max(id)::text as last from mjk_point_transactions',
    );
    await moveAll([user]);
    await world.run(['export-back', '--hand-back', '--users', 'users'], [user]);
    const after = await rowsThere(user);
    expect(after.slice(0, before.length)).toEqual(before);
    const added = after.slice(before.length);
    const last = Number(rows[0]?.last);
    // As many ids went to the rehearsal before the account ended here.
    const first = last + 1 + added.length;
    expect(added.map(({ id }) => Number(id))).toEqual(added.map((_, index) => first + index));
    expect(added[0]).toMatchObject({ type: 'recharge', amount: 70 });
    expect(added.at(-1)).toMatchObject({ type: 'recharge', amount: 9, balance_after: 24 });
    for (const [index, row] of after.slice(1).entries()) {
      expect(row['balance_before']).toBe(after[index]?.['balance_after']);
    }
  });

  it('leaves it with the old service for ever, whatever is opened or finished later', async () => {
    const [user = '', other = ''] = usersOf(world.faultless);
    await world.run(['export-back', '--hand-back', '--users', 'users'], [user]);
    const before = await rowsThere(user);
    expect(await world.json('open', '--all')).toMatchObject({ opened: 0, handedBack: [user] });
    await world.pool.query(
      "update points_take_over.accounts set state = 'frozen' where user_id = $1",
      [user],
    );
    await world.run(['release', '--users', 'users'], [user]);
    const { out } = await world.run(['finish']);
    const balance = (await standingThere()).find((one) => one.user === user)?.balance;
    expect(out).toContain(`LEFT ${user} with ${(balance ?? 0).toLocaleString('en')} points`);
    const again = await world.run(['export-back', '--hand-back', '--users', 'users'], [user]);
    expect(again.out).toBe(`${user} is not open here\n`);
    expect(await rowsThere(user)).toEqual(before);
    const client = await world.pool.connect();
    expect(await stateOf(client, user)).toMatchObject({ state: 'free' });
    expect(await stateOf(client, other)).toMatchObject({ state: 'moved' });
    client.release();
  });

  it('rehearses it in another schema, and changes nothing of the old tables', async () => {
    const users = usersOf(world.faultless).slice(0, 3);
    await moveAll(users);
    const tables = ['mjk_point_transactions', 'point_batches', 'points_take_over.accounts'];
    const before = await Promise.all(tables.map(digestOf));
    const { out, err } = await world.run(
      ['export-back', '--into', 'rehearsal', '--users', 'users'],
      users,
    );
    expect(err).toBe('');
    expect(out).toMatch(
      new RegExp(`^${users[0]}: \\d+ rows and 24 points; 0 were held, 0 are owed$`, 'm'),
    );
    expect(await Promise.all(tables.map(digestOf))).toEqual(before);
    for (const user of users) {
      const [there, copied] = [await rowsThere(user), await rowsThere(user, 'rehearsal')];
      expect(copied.slice(0, there.length)).toEqual(there);
      expect(copied.length).toBeGreaterThan(there.length + 2);
      expect((await world.imported(user)).account.takeOver?.phase).toBe('opened');
    }
    const copies = await standingThere('rehearsal');
    expect(copies.map(({ user }) => user)).toEqual(users);
  });

  it.each([
    [['--into', 'public'], '--into: there is a table public.mjk_point_transactions already'],
    [['--into', 'No "name'], '--into must be the name of a schema'],
    [
      ['--into', 'there', '--hand-back'],
      '--into rehearses what --hand-back does: give one of them',
    ],
  ])('is refused with %j', async (args, message) => {
    const { status, err } = await world.run(['export-back', '--all', ...args]);
    expect(status).toBe(2);
    expect(err).toContain(message);
  });
});

describe('import export-back of accounts whose balance was believed', () => {
  it('leaves no points in batches that had more than the balance', async () => {
    world = await TakeOverWorld.make(FAULT_MAKERS.length * 2);
    await world.begin({ batches: BATCHES, ...DECIDED, believe: 'balance', adjustDays: 30 });
    await world.prepare();
    await world.json('open', '--all');
    const users = usersOf(world.openable);
    const balances = await Promise.all(
      users.map(async (user) => (await world.imported(user)).account.balance),
    );
    await world.run(['export-back', '--hand-back', '--all']);
    const standing = (await standingThere()).filter(({ user }) => users.includes(user));
    expect(standing.map(({ user, points }) => [user, points])).toEqual(
      users.map((user, index) => [user, balances[index]]),
    );
  });
});

describe('import export-back into tables of another shape', () => {
  const USER = '6f1f2a53-2a8c-5c0a-9d0e-1b2c3d4e5f60';
  const MAPPING = {
    zone: '+08:00',
    batches: { ...BATCHES, rechargeId: 'order_no', sourceId: 'order_no' },
    jobs: { table: 'jobs', user: 'owner', id: ['task'], settleWithinSeconds: 86_400 },
  };

  beforeEach(async () => {
    world = await TakeOverWorld.empty();
    // Ids that nobody may give, times that tell no zone, an expiry that is a day, and a user in capitals.
    await world.pool.query(`
      create table mjk_point_transactions (
        id integer generated always as identity primary key, user_id uuid not null,
        type varchar(20) not null, amount integer not null, balance_before integer not null,
        balance_after integer not null, source_type varchar(32), source_id varchar(64),
        batch_id integer, duration double precision, description text,
        created_at timestamp not null, updated_at timestamp not null);
      create table point_batches (
        id integer generated always as identity primary key, user_id text not null,
        points_left integer not null, expires_at date not null, points integer, priority integer,
        order_no text not null default 'none', created_at timestamp);
      create table jobs (owner uuid, task text);
      insert into jobs values ('${USER}', 'task-1');
      insert into point_batches (user_id, points_left, expires_at, points, order_no, created_at)
        values (upper('${USER}'), 60, current_date + 40, 100, 'o1', now() - interval '1 day');
      insert into mjk_point_transactions (user_id, type, amount, balance_before, balance_after, batch_id,
        source_type, source_id, created_at, updated_at)
      values ('${USER}', 'recharge', 100, 0, 100, 1, null, 'o1', now() - interval '1 day', now()),
        ('${USER}', 'consume', 40, 100, 60, 1, 'tts', 'task-1', now() - interval '1 hour', now())`);
    await world.begin(MAPPING);
    for (const step of [
      ['prepare', '--map', 'map.json'],
      ['open', '--all'],
    ]) {
      expect((await run(...step)).err).toBe('');
    }
  });

  const run = (...args: readonly string[]): Promise<ProgramRun> =>
    runProgram({ 'map.json': JSON.stringify(MAPPING) }, [...args, '--from', world.old], {
      EVENT_STORE: world.ledger,
    });

  const END_OF_DAY = '2031-05-06T16:00:00.000Z';

  it.each([
    ['--hand-back', []],
    ['--into', ['rehearsal']],
  ])(
    'writes times in the zone of the table, and durations and days, by %s',
    async (option, more) => {
      const of = { user_id: USER };
      const command = { source: '/spec', id: 'x' } as const;
      const settled = { ...of, consumption_id: 'task-1', points: 40, duration: 2.5 };
      await world.command({ type: 'SettleConsumption', data: settled, ...command });
      const recharged = { ...of, points: 5, expires_at: END_OF_DAY, source_id: 'o2' };
      await world.command({ type: 'RechargePoints', data: recharged, ...command, id: 'y' });
      await world.recharge(USER, 7);
      const [schema = 'public'] = more;
      // Two ids of each sequence went to the rehearsal before the account ended here.
      const next = option === '--hand-back' ? 2 : 0;
      const { err, out } = await run('export-back', option, ...more, '--all');
      expect([err, out]).toEqual(['', `${USER}: 2 rows and 72 points; 0 were held, 0 are owed\n`]);
      const rows = await rowsThere(USER, schema);
      expect(rows.map(({ id, duration, batch_id: batch }) => [id, duration, batch])).toEqual([
        [1, null, 1],
        [2, 2.5, 1],
        [3 + next, null, 2 + next],
        [4 + next, null, 3 + next],
      ]);
      const batches = await world.pool.query(
        `select id, user_id, points_left, expires_at::text as until, order_no
       from ${schema}.point_batches order by id`,
      );
      const user = USER.toUpperCase();
      expect(batches.rows).toEqual([
        expect.objectContaining({ id: 1, user_id: user, points_left: 60, order_no: 'o1' }),
        // The day that ends at that moment, in that zone.
        { id: 2 + next, user_id: user, points_left: 5, until: '2031-05-06', order_no: 'o2' },
        expect.objectContaining({
          id: 3 + next,
          user_id: user,
          points_left: 7,
          until: '9999-12-30',
        }),
      ]);
      const ages = await world.pool.query<{ seconds: number }>(
        `select extract(epoch from (now() at time zone interval '8 hours') - created_at)::float as seconds
       from ${schema}.mjk_point_transactions where id > 2
       union all select extract(epoch from (now() at time zone interval '8 hours') - created_at)::float
       from ${schema}.point_batches where id > 1`,
      );
      for (const { seconds } of ages.rows) expect(Math.abs(seconds)).toBeLessThan(600);
    },
  );
});

/** As an error of the store it is not tried again: nobody is left who could. */
class Killed extends PermanentStoreError {
  constructor() {
    super('misconfigured', 'the importer was killed');
  }
}

describe('an importer that dies while it hands an account back', () => {
  const STEPS_MAX = 40;

  beforeEach(async () => {
    world = await TakeOverWorld.make(STEPS_MAX * 2);
    await world.begin();
    await world.prepare();
    await world.json('open', '--all');
  });

  /** It dies before the step of that number: each query, and each append before and behind it. */
  async function handBackUntil(user: string, last: number): Promise<HandBackResult | Killed> {
    let steps = 0;
    const step = (): void => {
      steps += 1;
      if (steps >= last) throw new Killed();
    };
    const client = new pg.Client({ connectionString: world.old });
    await client.connect();
    const stepping = new Proxy(client, {
      get: (target, name) =>
        name === 'query'
          ? async (...args: Parameters<pg.Client['query']>) => {
              step();
              return target.query(...args) as unknown;
            }
          : (Reflect.get(target, name) as unknown),
    });
    const store = Object.assign(Object.create(world.store) as EventStore, {
      append: async (...args: Parameters<EventStore['append']>): Promise<AppendResult> => {
        step();
        const result = await world.store.append(...args);
        step();
        return result;
      },
      readStream: world.store.readStream.bind(world.store),
    });
    const { mapping, mapDigest, importId } = await currentTakeOver(world.store);
    const tables = await findTables(client, mapping);
    const ledger = { store, settings: new SettingsReader({ store: world.store }) };
    const session = { ledger, importId, mapDigest, by: 'spec', from: 'old', correlation: 'spec' };
    try {
      return await handBack(stepping, tables, mapping, session, user);
    } catch (error) {
      // That of the ledger is told in a sentence.
      const cause = error instanceof CannotImportError ? error.cause : error;
      if (cause instanceof Killed) return cause;
      throw error;
    } finally {
      // What a process leaves that is gone: its connection ends, and with it its transaction.
      await client.end();
    }
  }

  const isServedThere = (user: string): Promise<boolean> =>
    world.pool
      .query('update point_batches set points_left = points_left where user_id = $1', [user])
      .then(
        () => true,
        (error: unknown) => {
          if ((error as { readonly code: string }).code === NOT_FREE) return false;
          throw error;
        },
      );

  async function isServedHere(user: string): Promise<boolean> {
    const { account } = await world.imported(user);
    return account.takeOver?.phase === 'opened';
  }

  it('leaves it served by one of both or by nobody, and the next one ends it', async () => {
    let [step, unserved] = [0, 0];
    for (const { raw } of world.faultless) {
      const user = raw.userId;
      await world.recharge(user, 70);
      step += 1;
      const end = await handBackUntil(user, step);
      const served = [await isServedHere(user), await isServedThere(user)];
      expect([step, served]).not.toEqual([step, [true, true]]);
      if (!served.includes(true)) unserved += 1;
      const isEnded = !(end instanceof Killed);
      expect(served[1]).toBe(isEnded);
      if (!isEnded) expect(await handBackUntil(user, Infinity)).toMatchObject({ kind: 'written' });
      expect(await handBackUntil(user, Infinity)).toEqual({ kind: 'not open here' });
      expect(await isServedThere(user)).toBe(true);
      const rows = await rowsThere(user);
      expect(rows.filter(({ amount }) => amount === 70)).toHaveLength(1);
      let ended = 0;
      for await (const { type } of world.store.readStream(accountStream(user))) {
        if (type === 'AccountHandedBack') ended += 1;
      }
      expect(ended).toBe(1);
      const client = await world.pool.connect();
      expect(await stateOf(client, user)).toMatchObject({ state: 'free' });
      client.release();
      if (!isEnded) continue;
      // Behind the end here, each write there is a step.
      expect(unserved).toBeGreaterThan(5);
      return;
    }
    throw new Error(`it takes more than ${step} steps to hand an account back`);
  });
});
