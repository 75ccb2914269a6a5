import type { Pool } from 'pg';

import { createTestDatabase, type TestDatabase } from '#testing';

import { PostgresReadTables } from '../queries/postgres-read-tables.js';
import { positionOf } from '../testing/vectors.js';
import { createVersion, lockLiveVersion, makeLive } from '../versions/versions.js';
import {
  CheckpointConflict,
  advanceCheckpoint,
  readBaseState,
  readCheckpoint,
  readCheckpoints,
  type CheckpointAdvance,
} from './checkpoints.js';
import { inTransaction } from './transaction.js';

let database: TestDatabase;
let pool: Pool;
const tables = { name: 'points', version: 1 };

beforeAll(async () => {
  database = await createTestDatabase('checkpoints');
});

beforeEach(async () => {
  pool = await database.migratedPool();
});

afterEach(() => database.endPools());
afterAll(() => database.drop());

const advance = (change: Partial<CheckpointAdvance> = {}) =>
  inTransaction(pool, (client) =>
    advanceCheckpoint(client, {
      ...tables,
      after: null,
      next: positionOf(3),
      lastId: 0,
      unparked: 0,
      rows: 5,
      events: 3,
      lastEvent: positionOf(3),
      unnamedAt: null,
      ...change,
    }),
  );

describe('a checkpoint', () => {
  it('begins before everything, with nothing counted', async () => {
    expect(await readCheckpoint(pool, 'points', 1)).toMatchObject({
      version: 1,
      state: 'live',
      position: null,
      lastEvent: null,
      eventCount: 0,
      parked: 0,
    });
    expect(await readCheckpoint(pool, 'points', 2)).toBeNull();
    expect(await readCheckpoints(pool, 'another')).toEqual([]);
  });

  it('advances with the numbers of rows and events', async () => {
    expect(await advance()).toEqual({ state: 'live' });
    await advance({ after: positionOf(3), next: positionOf(9), lastId: 5, rows: 0, events: 1 });
    expect(await readCheckpoint(pool, 'points', 1)).toMatchObject({
      position: positionOf(9),
      eventCount: 4,
    });
    const base = await inTransaction(pool, (client) =>
      readBaseState(client, tables, positionOf(9)),
    );
    expect(base).toEqual({ lastId: 5, unparked: 0, hasParked: false });
  });

  it('keeps the last event of its own when only foreign ones went by', async () => {
    await advance();
    await advance({ after: positionOf(3), next: positionOf(8), lastId: 5, lastEvent: null });
    expect(await readCheckpoint(pool, 'points', 1)).toMatchObject({
      position: positionOf(8),
      lastEvent: positionOf(3),
    });
  });

  it('knows until when an earlier release moved it, which notes no pre-deductions', async () => {
    const noted = (): Promise<unknown> =>
      new PostgresReadTables(pool, 'points').unnamedPreDeductions();
    const unnamedAt = '2030-01-01T00:00:00.000Z';
    await advance({ unnamedAt });
    expect(await noted()).toEqual({ lastAt: unnamedAt, unnotedUntil: null });
    const unnotedUntil = '2030-01-02T00:00:00.000Z';
    await pool.query(
      `update mjk_point_checkpoints set position = $1, last_id = 10, committed_at = $2`,
      [positionOf(6), unnotedUntil],
    );
    expect(await noted()).toEqual({ lastAt: unnamedAt, unnotedUntil });
    await advance({ after: positionOf(6), next: positionOf(7), lastId: 10 });
    await advance({ after: positionOf(7), next: positionOf(8), lastId: 15 });
    expect(await noted()).toEqual({ lastAt: unnamedAt, unnotedUntil });
    await createVersion(pool, 'points');
    await advance({ version: 2, unnamedAt });
    await inTransaction(pool, async (client) => {
      await makeLive(client, 'points', await lockLiveVersion(client, 'points', 1_000), 2);
    });
    expect(await noted()).toEqual({ lastAt: unnamedAt, unnotedUntil: null });
  });

  it.each<[string, Partial<CheckpointAdvance>]>([
    ['it is elsewhere', { after: positionOf(1) }],
    ['it would go back', { after: positionOf(3), next: positionOf(2), lastId: 5 }],
    ['it would stand still', { after: positionOf(3), next: positionOf(3), lastId: 5 }],
    ['ids would be given twice', { after: positionOf(3), next: positionOf(9), lastId: 4 }],
    [
      'an account was unparked meanwhile',
      { after: positionOf(3), next: positionOf(9), lastId: 5, unparked: 1 },
    ],
    ['the version is gone', { version: 7 }],
  ])('does not advance when %s', async (_, change) => {
    await advance();
    const before = await readCheckpoint(pool, 'points', 1);
    await expect(advance(change)).rejects.toThrow(CheckpointConflict);
    expect(await readCheckpoint(pool, 'points', 1)).toEqual(before);
  });

  it('is advanced by one of two writers, the other one finds it moved', async () => {
    const outcomes = await Promise.allSettled([advance(), advance()]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('gives no base for a write batch that expects it elsewhere', async () => {
    await expect(
      inTransaction(pool, (client) => readBaseState(client, tables, positionOf(1))),
    ).rejects.toThrow(CheckpointConflict);
  });
});

describe('a version', () => {
  it('is created beside the live one, empty and with the next number', async () => {
    expect(await createVersion(pool, 'points')).toBe(2);
    expect(await readCheckpoints(pool, 'points')).toMatchObject([
      { version: 1, state: 'live' },
      { version: 2, state: 'building', position: null, eventCount: 0 },
    ]);
  });

  it('becomes live in one transaction, and the one before is kept', async () => {
    await createVersion(pool, 'points');
    await inTransaction(pool, async (client) => {
      const live = await lockLiveVersion(client, 'points', 1_000);
      await makeLive(client, 'points', live, 2);
      expect((await readCheckpoint(pool, 'points', 1))?.state).toBe('live');
    });
    expect(await readCheckpoints(pool, 'points')).toMatchObject([
      { version: 1, state: 'kept' },
      { version: 2, state: 'live' },
    ]);
  });

  it('cannot become live when it is gone', async () => {
    await expect(inTransaction(pool, (client) => makeLive(client, 'points', 1, 9))).rejects.toThrow(
      'version 9 of points is gone',
    );
    await expect(
      inTransaction(pool, (client) => lockLiveVersion(client, 'another', 1_000)),
    ).rejects.toThrow('no version of another is live');
  });
});
