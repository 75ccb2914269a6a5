import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { LOGIN_ROLES, createLogin, type LoginName } from './database-logins.js';
import { Migrations } from './migrations.js';

const SERVER = process.env['TEST_PG_URL'] ?? '';
const DATABASES = Array.from({ length: 3 }, () => `logins_${randomUUID().replaceAll('-', '')}`);
const PREFIX = `p${randomUUID().replaceAll('-', '').slice(0, 20)}_`;
const LOGINS = Object.keys(LOGIN_ROLES) as LoginName[];
const PASSWORD = 'a password that is long';

const urlOf = (database: string): string => {
  const url = new URL(SERVER);
  url.pathname = `/${database}`;
  return url.href;
};

async function asking<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const run = (url: string, sql: string) => asking(url, (client) => client.query(sql));

beforeAll(async () => {
  for (const database of DATABASES) await run(SERVER, `create database ${database}`);
  const only = {
    MIGRATION_URL: urlOf(DATABASES[0] ?? ''),
    EVENT_STORE_MIGRATION_URL: '' as const,
    LOGIN_PASSWORDS: [],
    LOGIN_PREFIX: PREFIX,
  };
  await new Migrations(only, () => undefined).run();
});

afterAll(async () => {
  for (const database of DATABASES) await run(SERVER, `drop database ${database} with (force)`);
  for (const login of LOGINS) await run(SERVER, `drop role if exists ${PREFIX}${login}`);
});

it('makes the same logins from several databases of one server at once', async () => {
  const making = DATABASES.map((database) =>
    asking(urlOf(database), async (client) => {
      for (let round = 0; round < 5; round += 1) {
        for (const login of LOGINS) await createLogin(client, PREFIX, login, PASSWORD);
      }
    }),
  );
  const failed = (await Promise.allSettled(making)).filter(({ status }) => status === 'rejected');
  expect(failed).toEqual([]);
  const { rows } = await run(
    SERVER,
    `select r.rolname, count(m.roleid)::int as roles from pg_roles r
       join pg_auth_members m on m.member = r.oid
     where r.rolname like '${PREFIX}%' group by 1 order by 1`,
  );
  expect(rows).toEqual(
    LOGINS.map((login) => ({
      rolname: `${PREFIX}${login}`,
      roles: LOGIN_ROLES[login].length,
    })).sort((one, other) => (one.rolname < other.rolname ? -1 : 1)),
  );
});
