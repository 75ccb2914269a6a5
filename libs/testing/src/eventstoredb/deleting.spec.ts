import {
  NO_STREAM,
  STREAM_EXISTS,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import {
  CLASSIC,
  collect,
  newStream,
  revisionsOf,
  testEvents,
  withServer,
} from './clients.suite.js';

describe('the protocol server, deleting a stream,', () => {
  const on = withServer();
  const written = async (count = 3) => {
    const stream = newStream();
    await on.client.appendToStream(stream, testEvents(count));
    return stream;
  };

  it('hides it from readers', async () => {
    const stream = await written();
    const { position } = await on.client.deleteStream(stream);
    expect(position).toBeDefined();
    await expect(collect(on.client.readStream(stream))).rejects.toBeInstanceOf(StreamNotFoundError);
  });

  it.each([
    ['no stream', NO_STREAM],
    ['the last revision', 2n],
    ['any', 'any'],
  ] as const)('lets it be written again at %s, counting on', async (_name, expectedRevision) => {
    const stream = await written();
    await on.client.setStreamMetadata(stream, { cacheControl: 7 });
    await on.client.deleteStream(stream);
    const again = await on.client.appendToStream(stream, testEvents(2), { expectedRevision });
    expect(again.nextExpectedRevision).toBe(4n);
    expect(revisionsOf(await collect(on.client.readStream(stream)))).toEqual([3, 4]);
    const { metadata } = await on.client.getStreamMetadata(stream);
    expect(metadata).toEqual({ truncateBefore: 3 });
  });

  it('refuses "stream exists" for it', async () => {
    const stream = await written();
    await on.client.deleteStream(stream);
    await expect(
      on.client.appendToStream(stream, testEvents(1), {
        ...CLASSIC,
        expectedRevision: STREAM_EXISTS,
      }),
    ).rejects.toBeInstanceOf(StreamDeletedError);
  });

  it.each([
    ['another revision', 1n, 1n],
    ['no stream', NO_STREAM, -1n],
  ] as const)('refuses when %s was expected', async (_name, expectedRevision, expected) => {
    const stream = await written();
    const refusals = [
      on.client.deleteStream(stream, { expectedRevision }),
      on.client.tombstoneStream(stream, { expectedRevision }),
    ];
    for (const refused of refusals) {
      await expect(refused).rejects.toBeInstanceOf(WrongExpectedVersionError);
      await expect(refused).rejects.toMatchObject({
        streamName: stream,
        expectedVersion: expected,
        actualVersion: 2n,
      });
    }
  });

  it('deletes at the expected revision', async () => {
    const stream = await written();
    await on.client.deleteStream(stream, { expectedRevision: 2n });
    const other = await written();
    await on.client.tombstoneStream(other, { expectedRevision: 2n });
    await expect(collect(on.client.readStream(other))).rejects.toMatchObject({
      type: 'stream-deleted',
      streamName: other,
    });
  });

  it('deletes a stream that is there by its metadata only', async () => {
    const stream = newStream();
    await on.client.setStreamMetadata(stream, { cacheControl: 10 });
    await on.client.deleteStream(stream, { expectedRevision: NO_STREAM });
  });

  it('tombstones a stream that never was, for ever', async () => {
    const stream = newStream();
    await on.client.tombstoneStream(stream, { expectedRevision: NO_STREAM });
    await expect(on.client.appendToStream(stream, testEvents(1))).rejects.toBeInstanceOf(
      StreamDeletedError,
    );
    await expect(on.client.deleteStream(stream)).rejects.toBeInstanceOf(StreamDeletedError);
  });
});
