import { EventStoreDbProtocolServer } from '#testing';
import { keepsThePromisesOfAnEventStore } from '../event-store.suite.js';
import { EventStoreDbEventStore } from './eventstoredb-event-store.js';

/** A real server's connection string; without one, the protocol server stands in for it. */
const real = process.env['TEST_EVENTSTORE_URL'];
const what = real === undefined ? 'EventStoreDB (the protocol server)' : 'EventStoreDB';

describe.each([[false], [true]])('with repeats that carry a position: %s', (carries) => {
  const server = new EventStoreDbProtocolServer({ repeatsCarryPosition: carries });
  beforeAll(() => server.start());
  afterAll(() => server.stop());

  keepsThePromisesOfAnEventStore(
    what,
    async () =>
      new EventStoreDbEventStore(real ?? server.connectionString, { streamPrefix: 'points-' }),
    { seesReusedIds: false },
  );
});
