import type { Pool } from 'pg';
import type { EventBatch, RecordedEvent } from '#event-store';
import { createTestDatabase, type TestDatabase } from '#testing';

import { consumed, recharged, userNo } from '../testing/event-builders.js';
import { isDenseSuccessor } from '../testing/open-tables.js';
import { inBatches, inStoreOrder } from '../testing/vectors.js';
import { PostgresTableWriter } from './postgres-table-writer.js';
import { readParkedAccounts } from '../queries/parked-accounts.js';
import { unpark } from '../versions/unpark.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase('refused_event');
});

afterAll(() => database.drop());

const [MENDED, WELL, REFUSED] = [userNo(1), userNo(2), userNo(3)];
const history = [recharged({ balanceAfter: 100 }), consumed({ balanceAfter: 90 })];
const events = inStoreOrder([MENDED, WELL, REFUSED].map((userId) => ({ userId, events: history })));
const [first, second] = inBatches(events, 3) as [EventBatch, EventBatch];

async function* streamOf(userId: string): AsyncGenerator<RecordedEvent> {
  yield* events.filter(({ stream }) => stream === `points-${userId}`);
}

/** The same connections; `act` is carried out before the one of that number is given. */
function before(pool: Pool, number: number, act: () => Promise<unknown>): Pool {
  let given = 0;
  return Object.assign(Object.create(pool) as Pool, {
    connect: async () => {
      given += 1;
      if (given === number) await act();
      return pool.connect();
    },
  });
}

describe('the search for the event whose rows the database refuses', () => {
  it.each([3, 4, 5, 6, 7, 8])(
    'names no other account when one is unparked meanwhile, before connection %i',
    async (number) => {
      const pool = await database.migratedPool();
      const tables = { name: 'points', version: 1 };
      const damaged = first.events.map((event) =>
        event.stream === `points-${MENDED}` ? { ...event, data: '{' } : event,
      );
      const writer = new PostgresTableWriter(pool, {
        ...tables,
        followsDirectly: isDenseSuccessor,
      });
      await writer.writeWithParking(null, { ...first, events: damaged });
      await pool.query(
        `alter table mjk_point_accounts_v1 add constraint refused
         check (not (user_id = '${REFUSED}' and revision >= 1))`,
      );

      const racing = new PostgresTableWriter(
        before(pool, number, () => unpark(pool, tables, MENDED, streamOf(MENDED))),
        { ...tables, followsDirectly: isDenseSuccessor },
      );
      let applied = await racing.writeWithParking(first.next, second);
      if (applied.kind === 'conflict') applied = await racing.writeWithParking(first.next, second);

      expect(applied).toMatchObject({ kind: 'applied', parked: [{ userId: REFUSED }] });
      expect(await readParkedAccounts(pool, 'points')).toMatchObject([
        { userId: REFUSED, revision: 1 },
      ]);
    },
  );
});
