import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, withPool } from '#platform';
import {
  describeEventStoreMigrations,
  finishEventStoreMigration,
  migrateEventStore,
} from '#event-store';
import { describeMigrations, migrate } from '#read-model';
import { LOGIN_ROLES, createLogin } from './database-logins.js';
import type { MigrateVariables } from './migrate-variables.js';
import type { MigrateMode } from './usage.js';

export const PRINT = Symbol('Print');
export type Print = (line: string) => void;

/** Brings the databases up to date, grants privileges, and creates the requested logins. */
@Injectable()
export class Migrations {
  constructor(
    @Inject(CONFIG) private readonly config: MigrateVariables,
    @Inject(PRINT) private readonly print: Print,
  ) {}

  async run(mode: MigrateMode = 'migrate'): Promise<void> {
    if (mode === 'dry-run') return this.#describe();
    await this.#migrate();
    if (mode === 'finish') await this.#finish();
  }

  async #describe(): Promise<void> {
    const { MIGRATION_URL: url, EVENT_STORE_MIGRATION_URL: eventStoreUrl } = this.config;
    const outstanding = [...(await describeEventStoreMigrations(url))];
    await withPool(url, async (pool) => void outstanding.push(...(await describeMigrations(pool))));
    if (eventStoreUrl !== '') {
      const others = await describeEventStoreMigrations(eventStoreUrl);
      outstanding.push(...others.map((line) => `on the other server: ${line}`));
    }
    for (const line of outstanding) this.print(line);
    this.print(outstanding.length === 0 ? 'nothing is outstanding' : 'nothing was changed');
  }

  async #finish(): Promise<void> {
    const { MIGRATION_URL: url, EVENT_STORE_MIGRATION_URL: eventStoreUrl } = this.config;
    for (const one of [url, eventStoreUrl]) if (one !== '') await finishEventStoreMigration(one);
    this.print('event store: the index that only older builds read is removed');
  }

  async #migrate(): Promise<void> {
    const { MIGRATION_URL: url, EVENT_STORE_MIGRATION_URL: eventStoreUrl } = this.config;
    // Snapshots are stored beside the read tables, wherever the events are.
    await migrateEventStore(url, { report: this.print });
    this.print('event store: up to date, privileges granted');
    await withPool(url, async (pool) => void (await migrate(pool)));
    this.print('read tables: up to date, privileges granted');
    await this.#createLogins(url);
    if (eventStoreUrl === '') return;
    await migrateEventStore(eventStoreUrl, { report: this.print });
    this.print('event store on another server: up to date, privileges granted');
    await this.#createLogins(eventStoreUrl);
  }

  async #createLogins(url: string): Promise<void> {
    const { LOGIN_PASSWORDS: requested, LOGIN_PREFIX: prefix } = this.config;
    await withPool(url, async (pool) => {
      const client = await pool.connect();
      try {
        for (const { login, password } of requested) {
          const name = await createLogin(client, prefix, login, password);
          this.print(`login ${name}: ${LOGIN_ROLES[login].join(', ')}`);
        }
      } finally {
        client.release();
      }
    });
  }
}
