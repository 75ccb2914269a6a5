import { LegacyPython } from '../../../test/legacy/legacy-python.js';
import { accountStream } from '#identity';
import { BATCHES } from '#import/testing';
import { TakeOverWorld } from './testing/take-over-world.js';

// A Python process goes on writing with SQLAlchemy's sessions, some of them REPEATABLE READ with a snapshot
// of before their turn, all with ids drawn early, while its accounts are imported and opened.

const USERS = 24;
const SEEDS = [1, 2, 3, 4, 5];
const TEST_MS_MAX = 10 * 60_000;

let python: LegacyPython;
let world: TakeOverWorld;
beforeAll(() => {
  python = new LegacyPython();
}, TEST_MS_MAX);
beforeEach(async () => {
  world = await TakeOverWorld.empty();
  await python.makeTables(world.old, '--migrated');
  // Nothing is decided: what the service writes needs no decision.
  await world.begin({ batches: BATCHES });
  await world.prepare();
});
afterEach(() => world.drop());

async function openings(user: string): Promise<number> {
  let count = 0;
  for await (const { type } of world.store.readStream(accountStream(user))) {
    if (type === 'AccountOpened') count += 1;
  }
  return count;
}

it.each(SEEDS)(
  'takes accounts over from a service that writes them, and loses and doubles nothing: seed %i',
  async (seed) => {
    let isWriting = true;
    const writing = python.write(world.old, USERS, seed).finally(() => (isWriting = false));
    let [passes, share] = [0, 10];
    while (isWriting) {
      await world.json('run');
      passes += 1;
      // The canary first, then more and more.
      await world.json('open', '--share', String(Math.min(100, share)));
      share += passes > 3 ? 15 : 0;
    }
    const committed = await writing;
    expect(committed.size).toBe(USERS);
    await world.json('open', '--all');
    const { rows } = await world.pool.query<{ user: string; rows: number; points: number }>(
      `select user_id::text as user, count(*)::int as rows,
         (select sum(points_left)::int from point_batches b where b.user_id = t.user_id) as points
       from mjk_point_transactions t group by user_id`,
    );
    for (const { user, rows: count, points } of rows) {
      expect(count).toBe(committed.get(user));
      const { account, statement } = await world.imported(user);
      expect([user, account.takeOver?.phase, account.balance]).toEqual([user, 'opened', points]);
      expect(statement.count).toBe(count);
      expect(await openings(user)).toBe(1);
    }
    expect(await world.json('compare')).toMatchObject({ ok: true, opened: rows.length });
  },
  TEST_MS_MAX,
);
