import { eventStoreContract } from '../contract/event-store.contract.js';
import { snapshotStoreContract } from '../contract/snapshot-store.contract.js';
import { freshDatabase, type Database } from '../testing/fresh-database.js';
import { openPostgresEventStore } from './open-event-store.js';
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

eventStoreContract('Postgres', () => openPostgresEventStore(database.url));
snapshotStoreContract('Postgres', async () => new PostgresSnapshotStore(pools.read));
