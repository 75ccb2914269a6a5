import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import {
  explainMigrationFailure,
  openCommandProcessor,
  openStores,
  type DatabaseAccess,
} from '#platform';
import { toLedgerCommand } from '#commands';
import { migrateEventStore, parseSnapshotKeys } from '#event-store';
import { fixedSettings } from '#settings/testing';
import { migrate } from '#read-model';
import { StartupError, createLog, createMetrics } from '#platform/process';
import { LOGIN_ROLES, type LoginName } from './database-logins.js';
import { Migrations } from './migrations.js';

// A real Postgres, and an attacker who has the login of one process.

const SERVER = process.env['TEST_PG_URL'] ?? '';
const NAME = `roles_${randomUUID().replaceAll('-', '')}`;
const OWNER = `${NAME}_owner`;
const PREFIX = `${NAME}_`.slice(0, 30);
const PASSWORD = randomBytes(18).toString('base64url');
const LOGINS = Object.keys(LOGIN_ROLES) as LoginName[];
const SILENT = createLog({ app: 'roles', level: 'silent' });
const KEYS = parseSnapshotKeys(`spec:${randomBytes(32).toString('base64')}`);

const urlOf = (user?: string): string => {
  const url = new URL(SERVER);
  url.pathname = `/${NAME}`;
  if (user !== undefined) Object.assign(url, { username: user, password: PASSWORD });
  return url.href;
};
const ownerUrl = urlOf(OWNER);
const loginUrl = (login: LoginName): string => urlOf(`${PREFIX}${login}`);

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const run = (url: string, sql: string) => withClient(url, async (client) => client.query(sql));

const configFor = (...logins: LoginName[]) => ({
  MIGRATION_URL: ownerUrl,
  EVENT_STORE_MIGRATION_URL: '' as const,
  LOGIN_PASSWORDS: logins.map((login) => ({ login, password: PASSWORD })),
  LOGIN_PREFIX: PREFIX,
});

const HASH = `'\\x${'00'.repeat(32)}'::bytea`;
const APPEND = `select * from event_store.append(array[1], array['points-x'], array[-1::bigint],
  array[gen_random_uuid()], array['t'], array['d'], array['m'], array[${HASH}])`;

beforeAll(async () => {
  await run(SERVER, `create database ${NAME}`);
  await run(SERVER, `create role ${OWNER} login createrole password '${PASSWORD}'`);
  await run(SERVER, `grant ${(await groups()).join(', ')} to ${OWNER} with admin option`);
  await run(SERVER, `alter database ${NAME} owner to ${OWNER}`);
  await new Migrations(configFor(...LOGINS), () => undefined).run();
  await run(loginUrl('api'), APPEND);
});

/** Roles of earlier runs may exist on the server, and only the role that created them may grant them. */
async function groups(): Promise<readonly string[]> {
  await migrateEventStore(urlOf());
  const pool = new pg.Pool({ connectionString: urlOf() });
  await migrate(pool);
  await pool.end();
  await run(SERVER, `drop database ${NAME} with (force)`);
  await run(SERVER, `create database ${NAME}`);
  return [...new Set(Object.values(LOGIN_ROLES).flat())];
}

afterAll(async () => {
  await run(SERVER, `drop database ${NAME} with (force)`);
  for (const login of LOGINS) await run(SERVER, `drop role if exists ${PREFIX}${login}`);
  await run(SERVER, `drop role if exists ${PREFIX}stranger`);
  await run(SERVER, `drop owned by ${OWNER}`);
  await run(SERVER, `drop role ${OWNER}`);
});

describe.each(LOGINS)('the login of %s', (login) => {
  it.each([
    ['change an event', `update event_store.events set data = 'x'`],
    ['change no event', `update event_store.events set data = 'x' where false`],
    ['delete events', 'delete from event_store.events'],
    ['empty the events', 'truncate event_store.events'],
    [
      'add an event without the function',
      `insert into event_store.events (position, revision, id, stream, type, data, meta, hash)
       values (99, 99, gen_random_uuid(), 's', 't', 'd', 'm', ${HASH})`,
    ],
    ['move the head', 'update event_store.head set position = 0'],
    ['disable the trigger', 'alter table event_store.events disable trigger all'],
    ['drop the trigger', 'drop trigger append_only on event_store.events'],
    ['pretend to be a replica', 'set session_replication_role = replica'],
    ['replace the function', 'drop function event_store.append_events'],
    ['lift the fence of rules', 'delete from event_store.rules_published'],
    ['drop the events', 'drop table event_store.events'],
    ['drop the schema', 'drop schema event_store cascade'],
    ['add a column', 'alter table event_store.events add column x int'],
    ['take ownership of the events', 'alter table event_store.events owner to current_user'],
    ['lock the events', 'begin; lock table event_store.events in access exclusive mode'],
    ['forget a migration', 'delete from event_store.migrations'],
    ['forget a migration of the read tables', 'delete from mjk_point_migrations'],
    ['make a table among the events', 'create table event_store.x (y int)'],
    ['make a table among the read tables', 'create table x (y int)'],
    ['make a function', 'create function x() returns int language sql as $$ select 1 $$'],
    ['make a schema', 'create schema x'],
    ['make an extension', 'create extension plpython3u'],
    ['make a role', 'create role x'],
    ['become the owner', `set role ${OWNER}`],
    ['become the superuser', 'set role postgres'],
    ['log in as another', `set session authorization ${OWNER}`],
    [
      'grant itself the head',
      'grant all on event_store.head to current_user; delete from event_store.head',
    ],
    ['become a member of the owner', `grant ${OWNER} to current_user`],
    ['drop the read tables', 'drop table mjk_point_transactions_v1 cascade'],
    ['replace a view', 'create or replace view mjk_point_accounts as select 1 as x'],
    ['read passwords', 'select * from pg_authid'],
    ['run a program', `copy event_store.events to program 'cat'`],
    ['run a program to read from', `copy event_store.events from program 'echo'`],
    ['write a file', `copy event_store.events to '/tmp/points-ledger-events'`],
    ['read a file', `select pg_read_file('/etc/passwd')`],
    ['change the server', `alter system set fsync = off`],
    [
      'terminate other sessions',
      `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'postgres'`,
    ],
  ])('may not %s', async (_, sql) => {
    for (const before of ['select 1', 'reset role', 'reset session authorization']) {
      const tried = withClient(loginUrl(login), async (client) => {
        await client.query(before);
        await client.query(sql);
      });
      await expect(tried).rejects.toThrow(
        /permission denied|must be (owner|superuser)|events are only ever added|only roles with/i,
      );
    }
  });

  it('owns nothing', async () => {
    const { rows } = await run(
      loginUrl(login),
      `select (select count(*) from pg_class where pg_has_role(relowner, 'member'))::int as owned,
         rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls as is_more
       from pg_roles where rolname = current_user`,
    );
    expect(rows).toEqual([{ owned: 0, is_more: false }]);
  });
});

describe('the rights of a login', () => {
  const APPENDING: readonly LoginName[] = ['api', 'intake', 'sweeper'];
  const READING_TABLES: readonly LoginName[] = ['api', 'sweeper', 'projector', 'auditor'];
  const rights: readonly [string, string, readonly LoginName[]][] = [
    ['append', 'begin; ' + APPEND.replace('points-x', 'points-y'), APPENDING],
    ['read events', 'select * from event_store.events', LOGINS],
    ['write snapshots', 'delete from event_store.snapshots where false', APPENDING],
    ['read snapshots', 'select * from event_store.snapshots', LOGINS],
    ['read the read tables', 'select * from mjk_point_transactions', READING_TABLES],
    ['read the checkpoint', 'select * from mjk_point_checkpoints', READING_TABLES],
    ['write the read tables', 'delete from mjk_point_accounts_v1 where false', ['projector']],
    ['park an account', 'delete from mjk_point_parked_accounts where false', ['projector']],
    ['read what is parked', 'select * from mjk_point_parked_accounts', READING_TABLES],
    [
      'move the checkpoint',
      'update mjk_point_checkpoints set last_id = 0 where false',
      ['projector'],
    ],
  ];
  const each = rights.flatMap(([what, sql, logins]) =>
    LOGINS.map((login) => [login, logins.includes(login) ? 'may' : 'may not', what, sql] as const),
  );

  it.each(each)('of %s: it %s %s', async (login, may, _, sql) => {
    const result = run(loginUrl(login), sql);
    if (may === 'may') await result;
    else await expect(result).rejects.toMatchObject({ code: '42501' });
  });
});

describe('a process', () => {
  const NEEDS: Readonly<Record<Exclude<LoginName, 'auditor'>, readonly DatabaseAccess[]>> = {
    api: ['append', 'read tables'],
    intake: ['append'],
    sweeper: ['append', 'read tables'],
    projector: ['read events', 'write tables'],
  };
  const open = (url: string, needs: readonly DatabaseAccess[], log = SILENT) =>
    openStores({ EVENT_STORE: url, DATABASE_URL: url }, log, needs);

  it.each(Object.entries(NEEDS))('%s starts with its login', async (login, needs) => {
    const stores = await open(loginUrl(login as LoginName), needs);
    expect(await stores.events.head()).not.toBeNull();
    await stores.close();
  });

  it('names the missing privilege, what needs it, and the command that grants it', async () => {
    const started = open(loginUrl('projector'), ['append']);
    await expect(started).rejects.toBeInstanceOf(StartupError);
    await expect(started).rejects.toThrow(
      `role ${PREFIX}projector may not insert event_store.snapshots, which it needs to append: grant points_ledger_writer to ${PREFIX}projector;`,
    );
  });

  it('names each table of each version that it may not write', async () => {
    await run(ownerUrl, 'revoke update on mjk_point_batches_v1 from points_ledger_projector');
    try {
      await expect(open(loginUrl('projector'), NEEDS.projector)).rejects.toThrow(
        `role ${PREFIX}projector may not update mjk_point_batches_v1, which it needs to write tables`,
      );
    } finally {
      await run(ownerUrl, 'grant update on mjk_point_batches_v1 to points_ledger_projector');
    }
  });

  it('says that it may not rebuild, and which role may', async () => {
    await expect(open(loginUrl('projector'), ['read events', 'own tables'])).rejects.toThrow(
      'set MIGRATION_URL to the role that owns them',
    );
  });

  it.each(['api', 'projector'] as const)(
    'says that migrations are outstanding, and applies none itself: %s',
    async (login) => {
      await run(ownerUrl, 'create table kept as select * from event_store.migrations');
      await run(ownerUrl, 'delete from event_store.migrations where number = 6');
      try {
        await expect(open(loginUrl(login), NEEDS[login])).rejects.toThrow(
          /took 6 migrations, and this program has more.*run "npm run migrate" with MIGRATION_URL/,
        );
      } finally {
        await run(
          ownerUrl,
          'insert into event_store.migrations select * from kept where number = 6',
        );
        await run(ownerUrl, 'drop table kept');
      }
    },
  );

  it('without any privilege says what to run', async () => {
    await run(SERVER, `create role ${PREFIX}stranger login password '${PASSWORD}'`);
    await expect(open(urlOf(`${PREFIX}stranger`), NEEDS.api)).rejects.toThrow(
      'sees no event store in this database',
    );
  });

  it('that logs in as the owner migrates the schema, works, and logs a warning', async () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const log = createLog({ app: 'roles', level: 'warn', destination });
    await run(ownerUrl, 'delete from event_store.migrations where number = 6');
    await run(ownerUrl, 'alter table event_store.snapshots drop column key_id, drop column mac');
    const stores = await open(ownerUrl, NEEDS.api, log);
    expect(await stores.events.head()).not.toBeNull();
    await stores.close();
    expect(lines.filter((line) => line.includes('database role owns the ledger'))).toHaveLength(2);
    // After the migration the logins can be used as on a new database.
    await (await open(loginUrl('api'), NEEDS.api)).close();
  });
});

describe('npm run migrate', () => {
  it('names the missing privileges of a role that neither owns the ledger nor creates roles', async () => {
    const database = `${NAME}_bare`;
    await run(SERVER, `create database ${database}`);
    const url = new URL(loginUrl('api'));
    url.pathname = `/${database}`;
    const migrated = explainMigrationFailure(() =>
      new Migrations({ ...configFor(), MIGRATION_URL: url.href }, () => undefined).run(),
    );
    await expect(migrated).rejects.toBeInstanceOf(StartupError);
    await expect(migrated).rejects.toThrow(
      /may not do what it has to: permission denied for database .* must own the ledger/,
    );
    await run(SERVER, `drop database ${database}`);
  });

  it('can be run again, and then changes a password', async () => {
    const printed: string[] = [];
    const password = randomBytes(18).toString('base64url');
    const again = {
      ...configFor('sweeper'),
      LOGIN_PASSWORDS: [{ login: 'sweeper', password }] as const,
    };
    await new Migrations(again, (line) => printed.push(line)).run();
    expect(printed.at(-1)).toBe(
      `login ${PREFIX}sweeper: points_ledger_writer, points_ledger_reader`,
    );
    expect(printed.join()).not.toContain(password);
    const url = new URL(loginUrl('sweeper'));
    await expect(run(url.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    url.password = password;
    await run(url.href, 'select 1');
  });
});

describe('a snapshot that the least privileged role altered', () => {
  it('creates no points', async () => {
    const url = loginUrl('intake');
    const userId = randomUUID();
    const commands = (count: number) =>
      Array.from({ length: count }, (_, nth) =>
        toLedgerCommand(
          {
            type: 'RechargePoints',
            data: { user_id: userId, points: 1, expires_at: null },
            source: '/spec',
            id: `r${nth}`,
          },
          new Date(Date.UTC(2030, 0, 1) + nth).toISOString(),
        ),
      );
    const config = {
      SNAPSHOT_KEYS: KEYS,
      SNAPSHOT_CHECK_ONE_IN: 0,
    };
    const execute = async (...sent: ReturnType<typeof toLedgerCommand>[]) => {
      const stores = await openStores({ EVENT_STORE: url, DATABASE_URL: url }, SILENT, ['append']);
      const metrics = createMetrics('spec');
      const processor = openCommandProcessor(
        { ...stores, settings: fixedSettings() },
        config,
        metrics,
        SILENT,
      );
      const answers = await Promise.all(
        sent.map((command) => processor.run(command, { correlation: 'spec' })),
      );
      await processor.drain(10_000);
      await stores.close();
      return { answer: answers.at(-1)?.answer, metrics: await metrics.metrics() };
    };
    for (let nth = 0; nth < 4; nth += 1) {
      await execute(...commands(500 * (nth + 1)).slice(500 * nth));
    }
    const tampered = await run(
      url,
      `update event_store.snapshots set state = regexp_replace(state, '},1]', '},1000000]')
       where stream = 'points-${userId}'`,
    );
    expect(tampered.rowCount).toBe(1);
    const [last] = commands(2_001).slice(2_000);
    const { answer, metrics } = await execute(last!);
    expect(answer).toMatchObject({ status: 'refused', balance: 1_000 });
    expect(metrics).toMatch(/ledger_alarms_total\{kind="SnapshotForged",app="spec"\} 1/);
    const { rowCount } = await run(
      url,
      `select from event_store.snapshots where stream = 'points-${userId}' and state like '%1000000%'`,
    );
    expect(rowCount).toBe(0);
  });
});
