import { randomUUID } from 'node:crypto';
import { BATCHES } from '#import/testing';
import { LegacyPython, addressOf } from '../../../test/legacy/legacy-python.js';
import { TakeOverWorld } from './testing/take-over-world.js';

// The drill: a Python service goes on with accounts that were kept here for a while.

const USERS = Array.from({ length: 3 }, () => randomUUID());
const [KILLED = ''] = USERS;
const WRITES = 30;
const TESTS_MS_MAX = 10 * 60_000;

let python: LegacyPython;
let world: TakeOverWorld;
beforeAll(() => {
  python = new LegacyPython();
}, TESTS_MS_MAX);
afterEach(() => world.drop());

type Standing = { readonly balance: number; readonly points: number } | null;

/** The service writes each user so many times. null: it may not. */
async function goOn(
  users: readonly string[],
  writes: number,
  ...options: readonly string[]
): Promise<readonly Standing[]> {
  const args = [addressOf(world.old), '--writes', String(writes), ...options, ...users];
  const printed = JSON.parse(await python.run('go_on.py', ...args)) as Record<string, Standing>;
  return users.map((user) => printed[user] ?? null);
}

const rowsOf = async (user: string) => {
  const { rows } = await world.pool.query<Record<string, unknown>>(
    'select * from mjk_point_transactions where user_id = $1 order by id',
    [user],
  );
  return rows;
};

const send = (
  type: 'ConsumePoints' | 'SettleConsumption' | 'RechargePoints',
  user: string,
  data: object,
): Promise<void> =>
  world.command({
    type,
    data: { user_id: user, ...data },
    source: '/spec',
    id: randomUUID(),
  } as Parameters<TakeOverWorld['command']>[0]);

/** Points come, are spent, held and settled, and a task begins that will fail there. */
async function spendHere(user: string): Promise<void> {
  await world.recharge(user, 500);
  await send('ConsumePoints', user, { points: 450, source_type: 'tts', source_id: 'task-here' });
  const held = { consumption_id: 'job', settle_within: 3_600 };
  await send('ConsumePoints', user, { points: 9, source_type: 'video', ...held });
  await send('SettleConsumption', user, { consumption_id: 'job', points: 7, duration: 2.5 });
  await send('ConsumePoints', user, { points: 5, source_type: 'tts', settle_within: 3_600 });
}

const handBack = (user: string) =>
  world.run(['export-back', '--hand-back', '--users', 'users'], [user]);

it.each([
  ['with a duration', ['--migrated'], true],
  ['without a duration', [], false],
])(
  'goes on with accounts that come back into tables %s',
  async (_, options, hasDuration) => {
    world = await TakeOverWorld.empty();
    await python.makeTables(world.old, ...options);
    await goOn(USERS, WRITES);
    await world.begin({ batches: BATCHES });
    await world.prepare();
    expect(await world.json('open', '--all')).toMatchObject({ opened: USERS.length });
    const before = await Promise.all(USERS.map(rowsOf));
    for (const user of USERS) await spendHere(user);
    expect(await goOn(USERS, 1)).toEqual([null, null, null]);

    // The connection of the importer ends when it commits there, and the account has ended here. What it
    // rehearses before is rolled back.
    await world.pool.query(`
      create function die() returns trigger language plpgsql as $$
        begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$;
      create constraint trigger die after insert on mjk_point_transactions
        deferrable initially deferred for each row execute function die()`);
    expect((await handBack(KILLED)).status).toBe(2);
    await world.pool.query('drop function die() cascade');
    expect((await world.imported(KILLED)).account.takeOver?.phase).toBe('handed_back');
    await expect(world.recharge(KILLED, 1)).rejects.toThrow('NotTakenOver');
    expect(await goOn([KILLED], 1)).toEqual([null]);
    expect(await rowsOf(KILLED)).toEqual(before[0]);

    for (const user of USERS) {
      const { out, err } = await handBack(user);
      expect([err, out]).toEqual(['', expect.stringMatching(`^${user}: \\d+ rows and `)]);
    }
    for (const [index, user] of USERS.entries()) {
      const old = before[index] ?? [];
      const rows = await rowsOf(user);
      expect(rows.slice(0, old.length)).toEqual(old);
      const job = rows.slice(old.length).find(({ source_type: type }) => type === 'video');
      expect(job?.['duration']).toBe(hasDuration ? 2.5 : undefined);
      const { account } = await world.imported(user);
      expect(rows.at(-1)?.['balance_after']).toBe(account.balance);
    }
    // A task fails there that began here, and everything goes on.
    const standing = await goOn(USERS, WRITES, '--refund', 'task-here');
    for (const one of standing) {
      expect(one).not.toBeNull();
      expect(one?.points).toBe(one?.balance);
    }
    for (const [index, user] of USERS.entries()) {
      const refunds = (await rowsOf(user)).filter(
        ({ type, source_id: id }) => type === 'refund' && id === 'task-here',
      );
      expect(refunds.reduce((sum, { amount }) => sum + Number(amount), 0)).toBe(450);
      expect([index, (await rowsOf(user)).length]).not.toEqual([index, before[index]?.length]);
    }
    expect(await world.json('compare')).toMatchObject({
      ok: true,
      opened: 0,
      handedBack: { accounts: USERS.length },
    });
  },
  TESTS_MS_MAX,
);
