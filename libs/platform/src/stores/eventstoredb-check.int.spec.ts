import { EventStoreDbProtocolServer } from '#testing';
import { checkEventStoreDbServer } from './eventstoredb-check.js';

describe('the start on an EventStoreDB', () => {
  it('says in the log what the server lacks, and how it is mended', async () => {
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

  it('says nothing of a server that is away: it may come', async () => {
    const said: unknown[] = [];
    const note = (...what: unknown[]) => void said.push(what);
    await checkEventStoreDbServer('esdb://127.0.0.1:1?tls=false', { error: note, warn: note });
    expect(said).toEqual([]);
  });
});
