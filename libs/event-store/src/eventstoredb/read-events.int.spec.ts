import { SYSTEM_CLOCK } from '#async';
import { EventStoreDbProtocolServer } from '#testing';
import { Clients } from './clients.js';
import { parseConnectionString } from './connection-string.js';
import { EventStoreDbEventStore } from './eventstoredb-event-store.js';
import { eventually, StreamWriter } from '../testing/eventstoredb-fixtures.js';
import { readEvents } from './read-events.js';

const CREDENTIALS = { username: 'unused', password: 'unused' };

describe('A read of EventStoreDB', () => {
  const server = new EventStoreDbProtocolServer();
  const writer = new StreamWriter();
  let clients: Clients;
  beforeAll(async () => {
    await server.start();
    const store = new EventStoreDbEventStore(server.connectionString, { deadlineMs: 60_000 });
    await writer.append(store, 300);
    await store.close();
    clients = new Clients(parseConnectionString(server.connectionString), () => {});
  });
  afterAll(async () => {
    await clients.close(1_000);
    await server.stop();
  });

  const read = (fromRevision = 0n) =>
    readEvents({ clients, deadlineMs: 30_000, clock: SYSTEM_CLOCK }, (client) =>
      client.readStream(writer.stream, { credentials: CREDENTIALS, fromRevision }),
    );

  it('leaves no call open in the client when it is interrupted', async () => {
    const lease = clients.lease();
    const open: unknown = Reflect.get(lease.client, 'disposableStreams');
    for (let i = 0; i < 20; i += 1) {
      for await (const { event } of read()) {
        expect(event?.revision).toBe(0n);
        break;
      }
    }
    await eventually('all calls are closed', () => open instanceof Set && open.size === 0);
    lease.release();
  });

  it('releases its client when the read cannot begin', async () => {
    await expect(read(-1n).next()).rejects.toMatchObject({ code: 'misconfigured' });
    const others = new Clients(parseConnectionString(server.connectionString), () => {});
    const failing = readEvents({ clients: others, deadlineMs: 30_000, clock: SYSTEM_CLOCK }, () => {
      throw new Error('the read did not begin');
    });
    await expect(failing.next()).rejects.toThrow('the read did not begin');
    await others.close(60_000);
  });
});
