import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { EventStoreDbProtocolServer, eventStoreUrlFromEnv } from '#testing';
import { eventStoreContract } from '../contract/event-store.contract.js';
import { parseConnectionString } from './connection-string.js';
import { EventStoreDbEventStore } from './eventstoredb-event-store.js';

/** The connection string of a real server. Without one, the test double is used. */
const real = eventStoreUrlFromEnv();
/**
 * The double drops a repeat of an append in progress, as EventStoreDB does, and is as good as never
 * to say so: who waits for that instead of looking has to wait longer than a test may take.
 */
const NEVER_MS = 600_000;
const server = new EventStoreDbProtocolServer({ commitTimeoutMs: NEVER_MS });

beforeAll(() => server.start());
afterAll(() => server.stop());

eventStoreContract(
  real === null ? 'EventStoreDB (its test double)' : 'EventStoreDB',
  async () =>
    new EventStoreDbEventStore(real ?? server.connectionString, {
      streamPrefixes: ['points-'],
      deadlineMs: NEVER_MS,
    }),
  {
    detectsReusedIds: false,
    damage: {
      tombstone: (stream) => withClient((client) => client.tombstoneStream(onServer(stream))),
      writeForeign: (stream) =>
        withClient((client) =>
          client.appendToStream(
            onServer(stream),
            jsonEvent({ type: 'foreign', data: { by: 'another program' } }),
          ),
        ),
    },
  },
);

/** Removes the adapter's own parameter, which the client would reject. */
const withoutPrefix = (text: string): string => text.replace(/[?&]streamPrefix=[^&]*$/i, '');
const url = () => real ?? server.connectionString;
const onServer = (stream: string): string => parseConnectionString(url()).streamPrefix + stream;

async function withClient(act: (client: EventStoreDBClient) => Promise<unknown>): Promise<void> {
  const client = EventStoreDBClient.connectionString(withoutPrefix(url()));
  try {
    await act(client);
  } finally {
    await client.dispose();
  }
}
