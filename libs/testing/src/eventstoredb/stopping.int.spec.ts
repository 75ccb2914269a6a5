import { EventStoreDBClient, NO_STREAM, UnavailableError } from '@eventstore/db-client';
import { CLASSIC, collect, eventually, newStream, testEvents } from './testing/client-fixtures.js';
import { EventStoreDbProtocolServer } from './protocol-server.js';

const GRACE_MS = 300;

describe('the protocol server, shutting down gracefully,', () => {
  let server: EventStoreDbProtocolServer;
  let client: EventStoreDBClient;
  beforeEach(async () => {
    server = await EventStoreDbProtocolServer.start();
    client = EventStoreDBClient.connectionString(server.connectionString);
  });
  afterEach(async () => {
    await server.stop();
    await client.dispose();
  });

  it('gives up what waits to be committed, and commits it all the same (23.10)', async () => {
    const stream = newStream();
    server.faults.append = () => ({ kind: 'late-commit', afterMs: 60_000 });
    const append = client.appendToStream(stream, testEvents(2), {
      ...CLASSIC,
      expectedRevision: NO_STREAM,
    });
    await eventually('it is written', () => server.log.written.lastRevisionOf(stream) === 1);
    const stopped = server.stopGracefully(GRACE_MS);
    await expect(append).rejects.toMatchObject({
      message: '10 ABORTED: Operation timed out: Request canceled by server',
    });
    await stopped;
    expect(server.log.streamOf(stream)).toHaveLength(2);
  });

  it('takes no new requests while it waits for a subscription, and cuts that in the end', async () => {
    const subscription = client.subscribeToAll();
    let hasCaughtUp = false;
    subscription.on('caughtUp', () => (hasCaughtUp = true));
    const ended = collect(subscription);
    const refused = expect(ended).rejects.toBeInstanceOf(Error);
    await eventually('it has caught up', () => hasCaughtUp);
    const stopped = server.stopGracefully(GRACE_MS);
    const read = collect(client.readStream(newStream()));
    await expect(read).rejects.toBeInstanceOf(UnavailableError);
    await stopped;
    await refused;
    expect(server.connectionCount).toBe(0);
  });

  it('comes back on its port with its data', async () => {
    const stream = newStream();
    await client.appendToStream(stream, testEvents(1), CLASSIC);
    await server.stopGracefully(GRACE_MS);
    await server.start();
    const other = EventStoreDBClient.connectionString(server.connectionString);
    // Clients of one address share a connection, and hear of its end a moment later.
    await eventually('the client reads again', async () => {
      const events = await collect(other.readStream(stream)).catch(() => []);
      return events.length === 1;
    });
    await other.dispose();
  });
});
