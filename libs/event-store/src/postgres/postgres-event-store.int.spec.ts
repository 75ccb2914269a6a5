import { keepsThePromisesOfAnEventStore } from '../event-store.suite.js';
import { keepsSnapshots } from '../snapshot-store.suite.js';
import { freshDatabase, type Database } from './database.suite.js';
import { openPostgresEventStore } from './open.js';
import { postgresPools, type PostgresPools } from './pools.js';
import { PostgresSnapshotStore } from './postgres-snapshot-store.js';

let database: Database;
let pools: PostgresPools;

beforeAll(async () => {
  database = await freshDatabase();
  await (await openPostgresEventStore(database.url)).close();
  pools = postgresPools(database.url);
});
afterAll(async () => {
  await pools.read.end();
  await database.drop();
});

keepsThePromisesOfAnEventStore('Postgres', () => openPostgresEventStore(database.url));
keepsSnapshots('Postgres', async () => new PostgresSnapshotStore(pools.read));
