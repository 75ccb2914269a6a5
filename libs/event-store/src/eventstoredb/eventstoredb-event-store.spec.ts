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
  { seesReusedIds: false },
);
