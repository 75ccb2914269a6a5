import { afterAll, beforeAll } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';

const PASSWORD = randomUUID();

/** A database for one spec file, and logins without any privilege in it. */
export class LedgerDatabase {
  readonly #name = `platform_${randomUUID().replaceAll('-', '')}`;
  readonly #logins: string[] = [];

  get url(): string {
    return this.#urlOf(this.#name);
  }

  /** The address with a login of its own, which may nothing yet. */
  async login(): Promise<{ readonly url: string; readonly role: string }> {
    const role = `${this.#name}_${this.#logins.length}`;
    this.#logins.push(role);
    await this.query(`create role ${role} login password '${PASSWORD}'`);
    const url = Object.assign(new URL(this.url), { username: role, password: PASSWORD });
    return { url: url.href, role };
  }

  query(sql: string): Promise<readonly Record<string, unknown>[]> {
    return queryAt(this.url, sql);
  }

  async create(): Promise<void> {
    await queryAt(this.#urlOf(), `create database ${this.#name}`);
  }

  async drop(): Promise<void> {
    await queryAt(this.#urlOf(), `drop database ${this.#name} with (force)`);
    for (const role of this.#logins) await queryAt(this.#urlOf(), `drop role ${role}`);
  }

  #urlOf(database?: string): string {
    const url = new URL(process.env['TEST_PG_URL'] ?? '');
    if (database !== undefined) url.pathname = `/${database}`;
    return url.href;
  }
}

export function withLedgerDatabase(): LedgerDatabase {
  const database = new LedgerDatabase();
  beforeAll(() => database.create());
  afterAll(() => database.drop());
  return database;
}

async function queryAt(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
