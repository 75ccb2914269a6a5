import { Test } from '@nestjs/testing';
import { EVENT_READER, type EventStore } from '#event-store';
import { EventStoreDbProtocolServer } from '#testing';
import { LifecycleModule } from '../lifecycle/lifecycle.module.js';
import { GracefulShutdown } from '../lifecycle/graceful-shutdown.js';
import { ConfigModule } from '../config/config.module.js';
import { logLines } from '../testing/log-lines.js';
import { surroundings } from '../testing/surroundings.js';
import { withLedgerDatabase } from '../testing/ledger-database.js';
import {
  DATABASE_CLOCK,
  EVENT_STORE,
  FOLLOWS_DIRECTLY,
  LOG,
  READ_TABLES,
  SNAPSHOT_STORE,
} from '../tokens.js';
import { StoresModule } from './stores.module.js';
import { openStores, type Stores } from './stores.js';

const SNAPSHOT = {
  revision: 3,
  hash: Buffer.alloc(32, 1),
  state: '{"balance":5}',
  keyId: 'k1',
  mac: Buffer.alloc(32, 2),
};

describe('The stores of a process', () => {
  const database = withLedgerDatabase();
  const opened: Stores[] = [];
  afterEach(async () => {
    for (const stores of opened.splice(0)) await stores.close();
  });
  const open = async (eventStore = database.url) => {
    const { log, lines } = logLines();
    const addresses = { EVENT_STORE: eventStore, DATABASE_URL: database.url };
    const stores = await openStores(addresses, log, ['append', 'read tables']);
    opened.push(stores);
    return { stores, lines };
  };

  it('are all in one Postgres where the address of the events names one', async () => {
    const { stores } = await open();
    expect(await stores.events.head()).toBeNull();
    expect(await stores.tables.position()).toBeNull();
    expect(stores.followsDirectly).not.toBeNull();
    await stores.snapshots.save('points-x', 'key', SNAPSHOT);
    expect(await stores.snapshots.load('points-x', 'key')).toMatchObject({ revision: 3 });
  });

  it('have snapshots and read tables in Postgres also where the events are in EventStoreDB', async () => {
    const server = await EventStoreDbProtocolServer.start();
    const { stores } = await open(server.connectionString);
    expect(await stores.events.head()).toBeNull();
    expect(stores.followsDirectly).toBeNull();
    expect(await stores.tables.position()).toBeNull();
    await stores.close();
    opened.pop();
    await server.stop();
  });

  it('know the time of day of the database', async () => {
    const { stores } = await open();
    expect(Math.abs((await stores.databaseTimeOfDay()) - Date.now())).toBeLessThan(60_000);
  });

  it('leave no connection when they are closed', async () => {
    const { stores } = await open();
    await stores.databaseTimeOfDay();
    await stores.close();
    opened.pop();
    expect([stores.pool.ended, stores.pool.totalCount]).toEqual([true, 0]);
    await expect(stores.databaseTimeOfDay()).rejects.toThrow();
  });

  it('report a connection that was lost, and make a new one', async () => {
    const { stores, lines } = await open();
    const lost = new Promise((resolve) => stores.pool.once('error', resolve));
    await stores.databaseTimeOfDay();
    await database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'points-ledger read tables' and datname = current_database()`,
    );
    await lost;
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'warn', msg: 'database connection lost' }),
    );
    expect(await stores.databaseTimeOfDay()).toBeGreaterThan(0);
  });

  it('are not opened without the privileges on the events, and leave no connection then', async () => {
    const { url, role } = await database.login();
    await open();
    await opened.pop()?.close();
    await database.query(`grant ${EVENT_READER} to ${role}`);
    const { log } = logLines();
    const addresses = { EVENT_STORE: url, DATABASE_URL: database.url };
    await expect(openStores(addresses, log, ['append'])).rejects.toThrow(
      `role ${role} may not execute event_store.append`,
    );
    const left = `select 1 from pg_stat_activity where datname = current_database()
      and application_name = 'points-ledger read tables'`;
    expect(await database.query(left)).toEqual([]);
  });

  it('are handed out one port at a time, and closed together when the process shuts down', async () => {
    const { log } = logLines();
    const config = { EVENT_STORE: database.url, DATABASE_URL: database.url };
    const module = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(config),
        surroundings({ provide: LOG, useValue: log }),
        LifecycleModule.forRoot(),
        StoresModule.forRoot(['append']),
      ],
    }).compile();
    await module.init();
    const ports = [EVENT_STORE, SNAPSHOT_STORE, READ_TABLES, FOLLOWS_DIRECTLY, DATABASE_CLOCK];
    for (const port of ports) expect(module.get(port, { strict: false })).toBeDefined();
    const events = module.get<EventStore>(EVENT_STORE, { strict: false });
    const shutdown = module.get(GracefulShutdown, { strict: false });
    let headAtOutput: unknown = 'not read';
    shutdown.register({
      name: 'reader',
      phase: 'output',
      msMax: 10_000,
      run: async () => void (headAtOutput = await events.head()),
    });
    await module.close();
    expect(headAtOutput).toBeNull();
    expect(shutdown.hasFailed).toBe(false);
    await expect(events.head()).rejects.toThrow();
  });
});
