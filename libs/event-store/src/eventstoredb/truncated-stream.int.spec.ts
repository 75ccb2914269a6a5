import { NO_STREAM } from '../index.js';
import { collect, newStream } from '../testing/stream-writer.js';
import { openClient, type Client } from './client.js';
import { parseConnectionString } from './connection-string.js';
import { StreamWriter, withStore } from '../testing/eventstoredb-fixtures.js';

const credentials = { username: 'unused', password: 'unused' };

describe('A stream of EventStoreDB without visible events', () => {
  const on = withStore({ streamPrefixes: ['points-'] });
  let client: Client;
  beforeEach(() => {
    client = openClient(parseConnectionString(on.server.connectionString), null);
  });
  afterEach(() => client.close());

  const refusing = (code: string) => ({ name: 'PermanentStoreError', code });

  async function written(count = 3): Promise<StreamWriter> {
    const writer = new StreamWriter();
    await writer.append(on.store, count);
    return writer;
  }

  it('is new, and is read as empty', async () => {
    expect(await collect(on.store.readStream(newStream()))).toEqual([]);
  });

  it('is new when only an access list was set for it', async () => {
    const stream = newStream();
    await client.setStreamMetadata(stream, { acl: { writeRoles: ['$all'] } }, { credentials });
    expect(await collect(on.store.readStream(stream))).toEqual([]);
  });

  it.each([
    ['from its beginning', {}],
    ['backwards', { backwards: true, limit: 1 }],
  ])('is reported as deleted when it is read %s', async (_how, options) => {
    const { stream } = await written();
    await client.deleteStream(stream, { credentials });
    const read = collect(on.store.readStream(stream, options));
    await expect(read).rejects.toMatchObject(refusing('stream-deleted'));
    await expect(read).rejects.toThrow(stream);
  });

  it('is reported as permanently deleted', async () => {
    const { stream } = await written();
    await client.tombstoneStream(stream, { credentials });
    const read = collect(on.store.readStream(stream));
    await expect(read).rejects.toMatchObject(refusing('stream-deleted'));
    await expect(read).rejects.toThrow(`somebody has deleted stream ${stream} for ever`);
  });

  it('is reported as truncated completely, with the metadata that hides its events', async () => {
    const { stream } = await written();
    await client.setStreamMetadata(stream, { truncateBefore: 3 }, { credentials });
    const read = collect(on.store.readStream(stream));
    await expect(read).rejects.toMatchObject(refusing('stream-truncated'));
    await expect(read).rejects.toThrow('$tb 3');
  });

  it('rejects an append that expects no stream where one was deleted', async () => {
    const { stream } = await written();
    await client.deleteStream(stream, { credentials });
    const fresh = new StreamWriter(stream).next();
    await expect(on.store.append(stream, NO_STREAM, fresh)).rejects.toMatchObject(
      refusing('stream-deleted'),
    );
  });
});
