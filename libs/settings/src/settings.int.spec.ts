import { migrateEventStore, openMigratedEventStore, EventStoreDbEventStore } from '#event-store';
import { MemoryEventStore, MemoryLog, freshDatabase } from '#event-store/testing';
import { LEDGER_STREAM_PREFIXES } from '#identity';
import { EventStoreDbProtocolServer } from '#testing';
import { settingsContract } from './settings.contract.js';

settingsContract('Postgres', async () => {
  const database = await freshDatabase();
  await migrateEventStore(database.url);
  return {
    open: async () => openMigratedEventStore(database.url, { rulesKnown: 2 }, {}, 'writer'),
    close: () => database.drop(),
  };
});

settingsContract('EventStoreDB, over its protocol', async () => {
  const server = await EventStoreDbProtocolServer.start();
  return {
    open: async () =>
      new EventStoreDbEventStore(server.connectionString, {
        streamPrefixes: LEDGER_STREAM_PREFIXES,
      }),
    close: () => server.stop(),
  };
});

settingsContract('memory', async () => {
  const log = new MemoryLog();
  return { open: async () => new MemoryEventStore({ log }), close: async () => undefined };
});
