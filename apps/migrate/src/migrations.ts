import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, withPool } from '#platform';
import { migrateEventStore } from '#event-store';
import { migrate } from '#read-model';
import { LOGIN_ROLES, createLogin } from './database-logins.js';
import type { MigrateVariables } from './migrate-variables.js';

export const PRINT = Symbol('Print');
export type Print = (line: string) => void;

/** Brings the databases up to date, grants privileges, and creates the requested logins. */
@Injectable()
export class Migrations {
  constructor(
    @Inject(CONFIG) private readonly config: MigrateVariables,
    @Inject(PRINT) private readonly print: Print,
  ) {}

  async run(): Promise<void> {
    const { MIGRATION_URL: url, EVENT_STORE_MIGRATION_URL: eventStoreUrl } = this.config;
    // Snapshots are stored beside the read tables, wherever the events are.
    await migrateEventStore(url);
    this.print('event store: up to date, privileges granted');
    await withPool(url, async (pool) => void (await migrate(pool)));
    this.print('read tables: up to date, privileges granted');
    await this.#createLogins(url);
    if (eventStoreUrl === '') return;
    await migrateEventStore(eventStoreUrl);
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
