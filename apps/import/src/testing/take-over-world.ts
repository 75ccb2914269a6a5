import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { SYSTEM_CLOCK } from '#async';
import {
  AccountCommandProcessor,
  readImportedAccount,
  toLedgerCommand,
  type ImportedAccount,
  type SentCommand,
} from '#commands';
import { migrateEventStore, openMigratedEventStore, type EventStore } from '#event-store';
import {
  BATCHES,
  DECIDED,
  createLegacyTables,
  fillLegacyTables,
  generateLegacy,
  type GeneratedAccount,
} from '#import/testing';
import { accountStream, digestedData } from '#identity';
import { SettingsReader, startTakeOver } from '#settings';
import { runProgram, type ProgramRun } from './run-program.js';

const TEN_MINUTES_MS = 600_000;
const MAPPING = { batches: BATCHES, ...DECIDED };

/** An old database with generated accounts, and a ledger, each a database of its own. */
export class TakeOverWorld {
  readonly #server: string;
  readonly #databases: string[] = [];
  readonly pool: pg.Pool;
  readonly store: EventStore;
  readonly accounts: readonly GeneratedAccount[];
  readonly #old: string;
  readonly #ledger: string;

  private constructor(
    server: string,
    databases: string[],
    [old, ledger]: readonly [string, string],
    accounts: readonly GeneratedAccount[],
  ) {
    this.#server = server;
    this.#databases = databases;
    this.#old = old;
    this.#ledger = ledger;
    this.accounts = accounts;
    this.pool = new pg.Pool({ connectionString: old });
    // A test that ends a backend on purpose ends idle connections too.
    this.pool.on('error', () => undefined);
    this.store = openMigratedEventStore(ledger);
  }

  static async make(accounts: number): Promise<TakeOverWorld> {
    const at = new Date().toISOString();
    const generated = generateLegacy({ seed: 5, accounts, at, columns: 'model' });
    const world = await TakeOverWorld.#of(generated);
    await createLegacyTables(world.pool, { hasDuration: true, isLoose: false });
    await fillLegacyTables(world.pool, generated);
    return world;
  }

  /** The old database has no tables yet. */
  static empty(server?: string): Promise<TakeOverWorld> {
    return TakeOverWorld.#of([], server);
  }

  static async #of(
    accounts: readonly GeneratedAccount[],
    server = process.env['TEST_PG_URL'] ?? '',
  ): Promise<TakeOverWorld> {
    const names = ['old', 'ledger'].map((what) => `${what}_${randomUUID().replaceAll('-', '')}`);
    for (const name of names) await onServer(server, `create database ${name}`);
    const [old = '', ledger = ''] = names.map(
      (name) => Object.assign(new URL(server), { pathname: `/${name}` }).href,
    );
    await migrateEventStore(ledger);
    return new TakeOverWorld(server, names, [old, ledger], accounts);
  }

  get old(): string {
    return this.#old;
  }

  get ledger(): string {
    return this.#ledger;
  }

  /** Says that a take-over is on, by a clock of the store that is ten minutes behind. */
  async begin(mapping: object = MAPPING): Promise<void> {
    const { store } = this;
    // An empty ledger begins with rules 2.
    await new SettingsReader({ store }).refresh();
    const behind = {
      readStream: store.readStream.bind(store),
      append: store.append.bind(store),
      timeOfDay: async () => (await store.timeOfDay()) - TEN_MINUTES_MS,
    } as unknown as EventStore;
    const from = new Date(Date.now() - TEN_MINUTES_MS + 400_000).toISOString();
    const draft = { importId: 'old', mapping, from, by: 'spec' };
    const writer = { store: behind, clock: SYSTEM_CLOCK };
    const result = await startTakeOver(writer, draft, { correlation: 'spec' });
    if (result.kind === 'refused') throw new Error(result.reason);
  }

  /** Runs a command line on the old database. `users` are the ids in the file `users`. */
  run(args: readonly string[], users: readonly string[] = []): Promise<ProgramRun> {
    const files = { 'map.json': JSON.stringify(MAPPING), users: users.join('\n') };
    return runProgram(files, [...args, '--from', this.#old], { EVENT_STORE: this.#ledger });
  }

  async json<T>(...args: readonly string[]): Promise<T> {
    const { out, err } = await this.run([...args, '--json']);
    if (out === '') throw new Error(err);
    return JSON.parse(out) as T;
  }

  /** As an operator says it: from six and a half minutes later on. */
  start(id: string): Promise<ProgramRun> {
    const files = { 'map.json': JSON.stringify(MAPPING) };
    const args = ['start', '--id', id, '--map', 'map.json', '--by', 'spec'];
    return runProgram(files, args, { EVENT_STORE: this.#ledger });
  }

  recharge(userId: string, points: number): Promise<void> {
    const data = { user_id: userId, points, expires_at: null };
    return this.command({ type: 'RechargePoints', data, source: '/spec', id: randomUUID() });
  }

  consume(userId: string, points: number): Promise<void> {
    const data = { user_id: userId, points, source_type: 'tts' };
    return this.command({ type: 'ConsumePoints', data, source: '/spec', id: randomUUID() });
  }

  /** As the intake carries it out. */
  async command(sent: SentCommand): Promise<void> {
    const { store } = this;
    const processor = new AccountCommandProcessor({
      store,
      settings: new SettingsReader({ store }),
    });
    const command = toLedgerCommand(sent, new Date().toISOString());
    const data = digestedData(sent.data);
    const { answer } = await processor.run(command, { correlation: 'spec', data });
    if (answer.status !== 'accepted') throw new Error(`${sent.type}: ${answer.code}`);
  }

  prepare(): Promise<ProgramRun> {
    return this.run(['prepare', '--map', 'map.json']);
  }

  imported(userId: string): Promise<ImportedAccount> {
    return readImportedAccount(this.store, userId);
  }

  /** The event that opened an account; null: it is not opened. */
  async openingOf(userId: string): Promise<object | null> {
    for await (const { type, data } of this.store.readStream(accountStream(userId))) {
      if (type === 'AccountOpened') return JSON.parse(data) as object;
    }
    return null;
  }

  /** Accounts that a mapping can decide, or that have nothing to decide. */
  get openable(): readonly GeneratedAccount[] {
    return this.accounts.filter((account) => !needsRepair(account));
  }

  get broken(): readonly GeneratedAccount[] {
    return this.accounts.filter(needsRepair);
  }

  get faultless(): readonly GeneratedAccount[] {
    return this.accounts.filter(({ fault }) => fault === null);
  }

  async drop(): Promise<void> {
    await this.pool.end();
    await this.store.close();
    for (const name of this.#databases) {
      await onServer(this.#server, `drop database ${name} with (force)`);
    }
  }
}

const needsRepair = ({ fault }: GeneratedAccount): boolean =>
  fault !== null && !fault.decidable && fault.counted !== true;

async function onServer(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
