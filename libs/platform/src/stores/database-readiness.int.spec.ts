import pg from 'pg';
import { EVENT_READER, EVENT_WRITER } from '#event-store';
import { TABLE_READER, TABLE_WRITER } from '#read-model';
import { logLines } from '../testing/log-lines.js';
import { withLedgerDatabase } from '../testing/ledger-database.js';
import {
  explainMigrationFailure,
  prepareEventStore,
  prepareReadTables,
  withPool,
  type DatabaseAccess,
} from './database-readiness.js';

describe('A database that is not migrated', () => {
  const database = withLedgerDatabase();

  it('is not migrated by a login that does not own it, which is told what to run', async () => {
    const { url, role } = await database.login();
    const { log } = logLines();
    const refused = {
      name: 'DatabaseNotReady',
      message: expect.stringMatching(
        new RegExp(`^role ${role} sees no event store .* run "npm run migrate" with MIGRATION_URL`),
      ) as string,
    };
    await expect(prepareEventStore(url, ['append'], log)).rejects.toMatchObject(refused);
    await expect(prepareReadTables(url, ['read tables'], log)).rejects.toMatchObject(refused);
    expect(
      await database.query("select 1 from pg_namespace where nspname = 'event_store'"),
    ).toEqual([]);
  });

  it('is migrated by the login that owns it, which is warned that it does', async () => {
    const { log, lines } = logLines();
    expect(await prepareEventStore(database.url, ['append'], log)).toBe('writer');
    await prepareReadTables(database.url, ['write tables'], log);
    expect(lines.map(({ level, msg, what }) => ({ level, msg, what }))).toEqual([
      {
        level: 'warn',
        msg: 'database role owns the ledger: see docs/operations.md, Roles',
        what: 'the event store',
      },
      {
        level: 'warn',
        msg: 'database role owns the ledger: see docs/operations.md, Roles',
        what: 'the read tables',
      },
    ]);
    expect(await database.query('select count(*)::int as n from event_store.events')).toEqual([
      { n: 0 },
    ]);
  });
});

describe('A database that is migrated', () => {
  const database = withLedgerDatabase();
  const { log, lines } = logLines();
  beforeAll(async () => {
    await prepareEventStore(database.url, [], log);
    await prepareReadTables(database.url, ['own tables'], log);
  });
  beforeEach(() => void lines.splice(0));

  const prepare = async (url: string, access: DatabaseAccess): Promise<void> => {
    await prepareEventStore(url, [access], log);
    await prepareReadTables(url, [access], log);
  };

  /** Sees the ledger and may change nothing of it. */
  async function reader() {
    const login = await database.login();
    await database.query(`grant ${EVENT_READER}, ${TABLE_READER} to ${login.role}`);
    return login;
  }

  it.each(['read events', 'read tables'] as const)(
    'is ready for a reader that is to %s',
    async (access) => {
      const { url } = await reader();
      await prepare(url, access);
      expect(await prepareEventStore(url, [access], log)).toBe('login');
      expect(lines).toEqual([]);
    },
  );

  it.each([
    ['append', EVENT_WRITER, 'execute event_store.append_events'],
    ['write tables', TABLE_WRITER, 'insert mjk_point_checkpoints'],
  ] as const)(
    'is ready for one that is to %s once it has the role for it',
    async (access, role, missing) => {
      const login = await reader();
      const refused: unknown = await prepare(login.url, access).catch((error: unknown) => error);
      expect(refused).toMatchObject({ name: 'DatabaseNotReady' });
      const sentences = (refused as Error).message.split('\n');
      expect(sentences.join()).toContain(
        `role ${login.role} may not ${missing}, which it needs to`,
      );
      for (const sentence of sentences)
        expect(sentence).toContain(`grant ${role} to ${login.role};`);
      await database.query(`grant ${role} to ${login.role}`);
      await prepare(login.url, access);
      expect(lines).toEqual([]);
    },
  );

  it('names everything that is missing at once', async () => {
    const { url } = await reader();
    const all = prepareReadTables(url, ['append', 'write tables'], log);
    await expect(all).rejects.toThrow(/event_store\.snapshots[^]*mjk_point_accounts/);
  });

  it('is not ready for a rebuild by a login that may make no tables', async () => {
    const { url, role } = await reader();
    await expect(prepareReadTables(url, ['own tables'], log)).rejects.toThrow(
      `a rebuild makes tables, and role ${role} may not: set MIGRATION_URL`,
    );
  });

  it('is not in the way of a login that needs nothing in it', async () => {
    const { url, role } = await database.login();
    await database.query(`grant ${EVENT_READER} to ${role}`);
    await prepareReadTables(url, [], log);
  });
});

describe('A database that is away', () => {
  it('is an error with the reason, and no claim about privileges', async () => {
    const away = prepareReadTables('postgres://127.0.0.1:1/points', [], logLines().log);
    await expect(away).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('A migration that fails', () => {
  it('says what the role must be allowed when that is the reason', async () => {
    const cause = Object.assign(new pg.DatabaseError('permission denied', 1, 'error'), {
      code: '42501',
    });
    const failed = explainMigrationFailure(() => Promise.reject(cause));
    await expect(failed).rejects.toMatchObject({
      name: 'DatabaseNotReady',
      message: expect.stringMatching(
        /may not do what it has to: permission denied\. It must own/,
      ) as string,
      cause,
    });
  });

  it('keeps any other error, and the result of one that succeeds', async () => {
    const error = Object.assign(new pg.DatabaseError('syntax', 1, 'error'), { code: '42601' });
    await expect(explainMigrationFailure(() => Promise.reject(error))).rejects.toBe(error);
    await expect(explainMigrationFailure(async () => 7)).resolves.toBe(7);
  });
});

describe('A pool for a while', () => {
  const database = withLedgerDatabase();

  it('is ended whether the work succeeds or fails', async () => {
    const pools: pg.Pool[] = [];
    const note = async (pool: pg.Pool) => {
      pools.push(pool);
      await pool.query('select 1');
    };
    await withPool(database.url, note);
    const failing = withPool(database.url, async (pool) => {
      await note(pool);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(pools.map(({ ended, totalCount }) => [ended, totalCount])).toEqual([
      [true, 0],
      [true, 0],
    ]);
  });
});
