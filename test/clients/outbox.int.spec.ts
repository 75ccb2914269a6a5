import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { createTestDatabase, eventually, seededRandom, type TestDatabase } from '#testing';
import { ForbiddenError, LedgerClient, type Command } from '../../clients/typescript/src/index.js';
import {
  OutboxIdReusedError,
  OutboxRelay,
  discardHeld,
  enqueue,
  migrateOutbox,
  outboxMigration,
  type DatabasePool,
  type OutboxAlarm,
  type OutboxRelayOptions,
} from '../../clients/typescript/src/outbox/index.js';
import { FakeLedger } from '../../clients/typescript/src/testing/index.js';

const TABLE = 'points_outbox';
const REMEMBER_DAYS = 8;

let database: TestDatabase;
let pool: Pool;
let ledger: FakeLedger;
let client: LedgerClient;
const relays: OutboxRelay[] = [];
const alarms: OutboxAlarm[] = [];

beforeAll(async () => {
  database = await createTestDatabase('outbox');
});
beforeEach(async () => {
  pool = await database.emptyPool();
  await migrateOutbox(pool);
  ledger = new FakeLedger();
  client = new LedgerClient({ transport: ledger.transport('/shop') });
  alarms.length = 0;
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.close()));
  await database.endPools();
});
afterAll(() => database.drop());

function openRelay(options: Partial<OutboxRelayOptions> = {}): OutboxRelay {
  const relay = new OutboxRelay({
    pool,
    publish: (command) => client.publish(command),
    rememberDays: REMEMBER_DAYS,
    pollMs: 10,
    onAlarm: (alarm) => alarms.push(alarm),
    ...options,
  });
  relays.push(relay);
  return relay;
}

const recharge = (user_id: string, order: string, points = 1): Command =>
  client.prepare('RechargePoints', { user_id, points, expires_at: null, source_id: order });

const put = (...commands: readonly Command[]): Promise<void> =>
  commands.reduce<Promise<void>>(
    (before, command) => before.then(() => enqueue(pool, command)),
    Promise.resolve(),
  );

const statesOf = async (): Promise<Record<string, number>> => {
  const { rows } = await pool.query<{ state: string; count: number }>(
    `SELECT state, count(*)::int AS count FROM ${TABLE} GROUP BY state ORDER BY state`,
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
};

/** A statement waits for a lock. */
const isWaitedFor = (): Promise<void> =>
  eventually(async () => {
    const { rows } = await pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    expect(rows).toHaveLength(1);
  });

/** How many rows none would pass over who asks for them now. */
const lockedRows = async (): Promise<number> => {
  const { rows } = await pool.query<{ locked: number }>(
    `SELECT (SELECT count(*) FROM ${TABLE})::int
       - (SELECT count(*) FROM (SELECT FROM ${TABLE} FOR UPDATE SKIP LOCKED) AS free)::int AS locked`,
  );
  return rows[0]?.locked ?? 0;
};

const isSent = (): Promise<void> =>
  eventually(async () => expect(Object.keys(await statesOf())).toEqual(['sent']));

describe('The outbox', () => {
  it('publishes what was committed, and nothing of a transaction that was rolled back', async () => {
    const [kept, lost] = [randomUUID(), randomUUID()];
    for (const [user, end] of [
      [kept, 'COMMIT'],
      [lost, 'ROLLBACK'],
    ] as const) {
      const connection = await pool.connect();
      await connection.query('BEGIN');
      await enqueue(connection, recharge(user, 'order-1'));
      await connection.query(end);
      connection.release();
    }
    openRelay().start();
    await isSent();
    expect(ledger.commands.map(({ userId }) => userId)).toEqual([kept]);
  });

  it('has a table that may be migrated again, also in a schema of its own', async () => {
    await migrateOutbox(pool);
    await pool.query('CREATE SCHEMA IF NOT EXISTS billing');
    await migrateOutbox(pool, 'billing.outbox');
    await enqueue(pool, recharge(randomUUID(), 'order-1'), 'billing.outbox');
    expect(await openRelay({ table: 'billing.outbox' }).runOnce()).toBe(1);
    expect(() => outboxMigration('outbox; drop table users')).toThrow(TypeError);
  });

  it('takes a command of one id once, and never another one of that id', async () => {
    const user = randomUUID();
    await put(recharge(user, 'order-1'), recharge(user, 'order-1'));
    expect(await statesOf()).toEqual({ pending: 1 });
    await expect(put(recharge(user, 'order-1', 2))).rejects.toThrow(OutboxIdReusedError);
  });

  it('tells of another command of one id also where both are put there at one time', async () => {
    const user = randomUUID();
    const [first, second] = [await pool.connect(), await pool.connect()];
    await first.query('BEGIN');
    await enqueue(first, recharge(user, 'order-1'));
    const same = enqueue(second, recharge(user, 'order-1'));
    await isWaitedFor();
    await first.query('COMMIT');
    await same;
    await first.query('BEGIN');
    await enqueue(first, recharge(user, 'order-2'));
    const other = enqueue(second, recharge(user, 'order-2', 2)).catch((error: unknown) => error);
    await isWaitedFor();
    await first.query('COMMIT');
    expect(await other).toBeInstanceOf(OutboxIdReusedError);
    first.release();
    second.release();
  });

  it('is migrated by many instances that start at once', async () => {
    await pool.query(`DROP TABLE ${TABLE}`);
    await Promise.all(Array.from({ length: 5 }, () => migrateOutbox(pool)));
    await put(recharge(randomUUID(), 'order-1'));
  });

  it('lets no command overtake one that another relay looks at', async () => {
    const [user, other] = [randomUUID(), randomUUID()];
    const late = await pool.connect();
    await late.query('BEGIN');
    await enqueue(late, recharge(user, 'late'));
    await put(recharge(user, 'second'), recharge(other, 'other'));
    let release = (): void => undefined;
    const publishing = new Promise<void>((resolve) => (release = resolve));
    const looking = openRelay({ publish: () => publishing });
    let looked: Promise<number> | null = null;
    // Between the look of a relay for its users and that for their rows another one comes by.
    const meanwhile = async (): Promise<void> => {
      await late.query('COMMIT');
      late.release();
      await put(recharge(user, 'third'));
      looked = looking.runOnce();
      await eventually(async () => expect(await lockedRows()).toBe(3));
    };
    const slow: DatabasePool = {
      connect: async () => {
        const connection = await pool.connect();
        return {
          query: async <Row extends object>(text: string, values?: unknown[]) => {
            if (text.startsWith('SELECT id, user_id')) await meanwhile();
            return connection.query<Row>(text, values);
          },
          release: (error) => connection.release(error),
        };
      },
    };
    const sent = openRelay({ pool: slow, usersMax: 1 }).runOnce();
    await eventually(() => expect(looked).not.toBeNull());
    await Promise.race([sent, isWaitedFor()]);
    release();
    await sent;
    expect(ledger.commands.map(({ id }) => id)).toEqual(
      ['late', 'second', 'third'].map((order) => recharge(user, order).id),
    );
    expect(await (looked as Promise<number> | null)).toBe(1);
  });

  it('keeps the order of each user, with many relays and trouble on the way', async () => {
    const users = Array.from({ length: 8 }, () => randomUUID());
    const random = seededRandom(7);
    const publish = async (command: Command): Promise<void> => {
      if (random.next() < 0.2) throw new Error('the broker is away');
      await client.publish(command);
    };
    for (let relay = 0; relay < 4; relay += 1)
      openRelay({ publish, usersMax: 3, rowsMax: 5 }).start();
    for (let order = 0; order < 25; order += 1) {
      await Promise.all(users.map((user) => put(recharge(user, `order-${order}`))));
    }
    await isSent();
    for (const user of users) {
      const ids = new Set(
        ledger.commands.filter(({ userId }) => userId === user).map(({ id }) => id),
      );
      const orders = Array.from({ length: 25 }, (_, order) => recharge(user, `order-${order}`).id);
      expect([...ids]).toEqual(orders);
      expect(ledger.balance(user)).toBe(25);
    }
  }, 60_000);

  it('holds and tells what is older than the ledger remembers, and never sends it', async () => {
    const [late, other] = [randomUUID(), randomUUID()];
    await put(recharge(late, 'old'), recharge(late, 'behind it'), recharge(other, 'new'));
    await pool.query(
      `UPDATE ${TABLE} SET created_at = now() - interval '7 days 23 hours 1 second' WHERE command_id = $1`,
      [recharge(late, 'old').id],
    );
    const relay = openRelay();
    await relay.runOnce();
    expect(ledger.commands.map(({ userId }) => userId)).toEqual([other]);
    expect(alarms).toEqual([
      {
        msg: 'commands are older than the ledger remembers',
        commandIds: [recharge(late, 'old').id],
      },
    ]);
    expect(await relay.metrics()).toMatchObject({ pending: 1, held: 1, sent: 1, failures: 0 });
    // What stands behind it must not overtake it, until somebody decided.
    expect(await discardHeld(pool, recharge(late, 'old'))).toBe(true);
    await relay.runOnce();
    expect(ledger.balance(late)).toBe(1);
  });

  it('sends nothing that becomes too old while its round lasts', async () => {
    const user = randomUUID();
    await put(recharge(user, 'order-1'), recharge(user, 'order-2'));
    await pool.query(
      `UPDATE ${TABLE} SET created_at = now() - interval '7 days 22 hours 59 minutes'`,
    );
    let nowMs = Date.now();
    const relay = openRelay({
      clock: { now: () => nowMs, after: () => () => undefined },
      publish: async (command) => {
        await client.publish(command);
        nowMs += 60_000;
      },
    });
    expect(await relay.runOnce()).toBe(1);
  });

  it('holds what its sender may not send, because no repeat will send it', async () => {
    const user = randomUUID();
    await put(recharge(user, 'order-1'));
    const publish = (): Promise<void> => Promise.reject(new ForbiddenError('it may not recharge'));
    const logged: string[] = [];
    const relay = openRelay({
      publish,
      onAlarm: (alarm) => {
        alarms.push(alarm);
        throw new Error('the pager is away');
      },
      log: ({ msg }) => void logged.push(msg),
    });
    await relay.runOnce();
    expect(await statesOf()).toEqual({ held: 1 });
    expect(alarms).toEqual([
      { msg: 'it may not recharge', commandIds: [recharge(user, 'order-1').id] },
    ]);
    expect(logged).toEqual(['alarm of the outbox failed']);
  });

  it('counts failures, tells its lag, and deletes what was sent long ago', async () => {
    const user = randomUUID();
    await put(recharge(user, 'order-1'), recharge(user, 'order-2'));
    await pool.query(`UPDATE ${TABLE} SET created_at = now() - interval '90 seconds'`);
    let isAway = true;
    const relay = openRelay({
      publish: (command) =>
        isAway ? Promise.reject(new Error('the broker is away')) : client.publish(command),
      keepDays: 0,
    });
    await relay.runOnce();
    const { rows } = await pool.query(`SELECT failures, last_error FROM ${TABLE} ORDER BY id`);
    // The second one waits for the first one, and was not tried.
    expect(rows).toEqual([
      { failures: 1, last_error: 'the broker is away' },
      { failures: 0, last_error: null },
    ]);
    const metrics = await relay.metrics();
    expect(metrics).toMatchObject({ pending: 2, held: 0, sent: 0, failures: 1 });
    expect(Math.round(metrics.lagSeconds / 10)).toBe(9);
    isAway = false;
    expect(await relay.runOnce()).toBe(2);
    expect(await openRelay({ keepDays: 0 }).runOnce()).toBe(0);
    expect(await statesOf()).toEqual({});
  });

  it('deletes as fast as it sends', async () => {
    const user = randomUUID();
    await put(...Array.from({ length: 25 }, (_, order) => recharge(user, `order-${order}`)));
    await pool.query(`UPDATE ${TABLE} SET state = 'sent', sent_at = now() - interval '8 days'`);
    const relay = openRelay({ rowsMax: 1 });
    for (let round = 0; round < 3; round += 1) await relay.runOnce();
    expect(await statesOf()).toEqual({});
  });
});

/** A process of a relay that can be killed: from then on nothing of it reaches the database or the ledger. */
class KillableProcess {
  #isDead = false;
  #steps: number;

  constructor(steps: number) {
    this.#steps = steps;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Each query and each publication is a step. It dies before one of them. */
  step(): void {
    this.#steps -= 1;
    if (this.#steps < 0) this.#isDead = true;
    if (this.#isDead) throw new Error('killed');
  }

  /** As the server sees it: the connections of the process are gone, and with them what was not committed. */
  get pool(): DatabasePool {
    return {
      connect: async () => {
        this.step();
        const connection = await pool.connect();
        return {
          query: async <Row extends object>(text: string, values?: unknown[]) => {
            this.step();
            const answer = await connection.query<Row>(text, values);
            // Killed before it heard the answer, above all that of a commit.
            this.step();
            return answer;
          },
          release: (error) => connection.release(this.#isDead ? true : error),
        };
      },
    };
  }
}

const KILLS_MAX = Number(process.env['OUTBOX_KILLS'] ?? 40);
const USERS = 6;

describe('The outbox under kills', () => {
  it.each([1, 2, 3, 4, 5])(
    'loses no command and doubles none (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      const users = Array.from({ length: USERS }, () => randomUUID());
      const orders = new Map(users.map((user) => [user, [] as string[]]));
      let kills = 0;
      while (kills < KILLS_MAX) {
        for (const user of users) {
          const own = orders.get(user) ?? [];
          const order = `order-${own.length}`;
          own.push(order);
          await put(recharge(user, order));
        }
        // Two processes side by side, of which each dies somewhere.
        await Promise.all(
          [0, 1].map(async () => {
            const process = new KillableProcess(Math.floor(random.next() * 40));
            const relay = new OutboxRelay({
              pool: process.pool,
              publish: async (command) => {
                process.step();
                await client.publish(command);
                // Killed after the broker had it, and before the relay knew.
                process.step();
              },
              rememberDays: REMEMBER_DAYS,
              onAlarm: (alarm) => alarms.push(alarm),
              usersMax: 4,
              rowsMax: 6,
            });
            while (!process.isDead) {
              const sent = await relay.runOnce().catch((error: unknown) => error);
              if (sent === 0) break;
            }
            if (process.isDead) kills += 1;
          }),
        );
      }
      openRelay().start();
      await isSent();
      for (const user of users) {
        const own = orders.get(user) ?? [];
        const carriedOut = new Set(
          ledger.commands.filter(({ userId }) => userId === user).map(({ id }) => id),
        );
        // In the order in which they were put there, once each.
        expect([...carriedOut]).toEqual(own.map((order) => recharge(user, order).id));
        expect(ledger.balance(user)).toBe(own.length);
      }
      expect(ledger.commands.length).toBeGreaterThan([...orders.values()].flat().length);
      expect(alarms).toEqual([]);
    },
    60_000 + 1_000 * KILLS_MAX,
  );
});
