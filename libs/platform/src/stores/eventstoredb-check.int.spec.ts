import { EventStoreDbProtocolServer } from '#testing';
import { checkEventStoreDbServer } from './eventstoredb-check.js';

describe('Startup on an EventStoreDB', () => {
  it('logs what the server lacks and how to fix it', async () => {
    const server = await EventStoreDbProtocolServer.start({ appendBytesMax: 1_048_576 });
    const said: unknown[][] = [];
    const error = (...what: unknown[]) => void said.push(what);
    await checkEventStoreDbServer(server.connectionString, { error, warn: error });
    expect(said).toEqual([
      [
        {
          about: 'append size',
          sentence: expect.stringContaining('EVENTSTORE_MAX_APPEND_SIZE=12582912') as string,
        },
        'event store lacks something',
      ],
    ]);
    await server.stop();
  });

  it('logs nothing about a server that is unavailable', async () => {
    const said: unknown[] = [];
    const note = (...what: unknown[]) => void said.push(what);
    await checkEventStoreDbServer('esdb://127.0.0.1:1?tls=false', { error: note, warn: note });
    expect(said).toEqual([]);
  });
});
