import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { jest } from '@jest/globals';
import { EventStoreDbProtocolServer } from '#testing';
import { keepsThePromisesOfAnEventStore } from '../event-store.suite.js';
import { EventStoreDbEventStore } from './eventstoredb-event-store.js';

/** A real server's connection string; without one, the protocol server stands in for it. */
const real = process.env['TEST_EVENTSTORE_URL'];
const server = new EventStoreDbProtocolServer();

jest.setTimeout(60_000);
beforeAll(() => server.start());
afterAll(() => server.stop());

keepsThePromisesOfAnEventStore(
  real === undefined ? 'EventStoreDB (its test double)' : 'EventStoreDB',
  async () =>
    new EventStoreDbEventStore(real ?? server.connectionString, { streamPrefix: 'points-' }),
  {
    seesReusedIds: false,
    damage: {
      tombstone: (stream) => withClient((client) => client.tombstoneStream(stream)),
      writeForeign: (stream) =>
        withClient((client) =>
          client.appendToStream(stream, jsonEvent({ type: 'foreign', data: { by: 'somebody' } })),
        ),
    },
  },
);

async function withClient(act: (client: EventStoreDBClient) => Promise<unknown>): Promise<void> {
  const client = EventStoreDBClient.connectionString(real ?? server.connectionString);
  try {
    await act(client);
  } finally {
    await client.dispose();
  }
}
