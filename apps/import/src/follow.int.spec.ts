import { eventually } from '#testing';
import type { PoolClient } from 'pg';
import { TakeOverWorld } from './testing/take-over-world.js';

// Rows that come late, change or go while the old service still writes.

const ACCOUNTS = 4;
/** As far back as a pass looks for rows that changed. */
const OVERLAP = '1 hour';

let world: TakeOverWorld;
let user: string;
beforeEach(async () => {
  world = await TakeOverWorld.make(ACCOUNTS);
  await world.begin();
  await world.prepare();
  user = world.faultless[0]?.raw.userId ?? '';
});
afterEach(() => world.drop());

const COLUMNS = 'user_id, type, amount, balance_before, balance_after';

/** A row that breaks the chain and leaves the balance, as the batches are. Returns its id. */
async function write(client: PoolClient, id: string | null = null): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `insert into mjk_point_transactions (${COLUMNS}, id)
     select user_id, 'recharge', 1, balance_after - 1, balance_after,
       coalesce($2::bigint, nextval('mjk_point_transactions_id_seq'))
     from mjk_point_transactions where user_id = $1 order by mjk_point_transactions.id desc limit 1
     returning id::text`,
    [user, id],
  );
  return rows[0]?.id ?? '';
}

async function drawId(client: PoolClient): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    "select nextval('mjk_point_transactions_id_seq')::text as id",
  );
  return rows[0]?.id ?? '';
}

/** As if nobody had written for long. */
const age = (client: PoolClient): Promise<unknown> =>
  client.query(`update mjk_point_transactions set updated_at = now() - interval '${OVERLAP}' * 2`);

async function withWriter(work: (client: PoolClient) => Promise<void>): Promise<void> {
  const client = await world.pool.connect();
  try {
    await work(client);
  } finally {
    client.release();
  }
}

const standingIds = async (): Promise<readonly string[]> =>
  (await world.imported(user)).statement.standing().map(([id]) => id);

async function idsThere(): Promise<readonly string[]> {
  const { rows } = await world.pool.query<{ id: string }>(
    `select id::text from mjk_point_transactions where user_id = $1
     order by mjk_point_transactions.id`,
    [user],
  );
  return rows.map(({ id }) => id);
}

const open = (): Promise<unknown> => world.json('open', '--all');

describe('import run --since-last', () => {
  it('finds a row of a transaction that began before the last pass and committed behind it', () =>
    withWriter(async (writer) => {
      await writer.query('begin');
      const late = await write(writer);
      await withWriter(async (other) => void (await write(other)));
      await world.json('run');
      expect(await standingIds()).not.toContain(late);
      await writer.query('commit');
      expect(await world.json('run', '--since-last')).toMatchObject({ changed: 1, rows: 1 });
      expect(await standingIds()).toEqual(await idsThere());
    }));

  it('leaves a row that is dated long before the last pass to the opening', () =>
    withWriter(async (writer) => {
      const drawn = await drawId(writer);
      await write(writer);
      await age(writer);
      await world.json('run');
      await write(writer, drawn);
      await age(writer);
      expect(await world.json('run', '--since-last')).toMatchObject({ changed: 0 });
      expect(await standingIds()).not.toContain(drawn);
      await open();
      expect(await standingIds()).toEqual(await idsThere());
      expect((await world.imported(user)).account.takeOver?.phase).toBe('opened');
    }));

  it('leaves a row that is gone, and no other changed, to the opening', async () => {
    await world.json('run');
    const [first] = await idsThere();
    await world.pool.query('delete from mjk_point_transactions where id = $1', [first]);
    expect(await world.json('run', '--since-last')).toMatchObject({ changed: 0, gone: 0 });
    expect(await standingIds()).toContain(first);
    await open();
    expect(await standingIds()).toEqual(await idsThere());
  });
});

describe('import follow', () => {
  it('imports everything, and then what is new or changed, until it is interrupted', () =>
    withWriter(async (writer) => {
      const following = world.run(['follow', '--every', '1']);
      await eventually(async () => expect(await standingIds()).toEqual(await idsThere()));
      const added = await write(writer);
      await eventually(async () => expect(await standingIds()).toContain(added));
      await writer.query(
        "update mjk_point_transactions set description = 'x', updated_at = now() where id = $1",
        [added],
      );
      await eventually(async () => {
        const { statement } = await world.imported(user);
        expect(statement.get(added)?.row[9]).toBe('x');
      });
      process.emit('SIGTERM');
      const { status, out, err } = await following;
      expect([status, err]).toEqual([0, '']);
      const rows = world.accounts.reduce((sum, { raw }) => sum + raw.rows.length, 0);
      expect(out).toMatch(new RegExp(`^\\S+Z ${rows} rows, ${ACCOUNTS} accounts\n`));
    }));

  it('is refused where its pauses are no whole number of seconds', async () => {
    const { status, err } = await world.run(['follow', '--every', 'often']);
    expect([status, err]).toEqual([2, '--every must be a whole number of seconds\n']);
  });
});

describe('import open --freeze-by-word', () => {
  it('opens accounts and says that nothing but a word froze them', async () => {
    const { status } = await world.run(['open', '--users', 'users', '--freeze-by-word'], [user]);
    expect(status).toBe(0);
    expect(await world.openingOf(user)).toMatchObject({ frozenBy: 'word' });
  });
});
