import {
  jsonEvent,
  NO_STREAM,
  STREAM_EXISTS,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import {
  CLASSIC,
  collect,
  eventually,
  newStream,
  revisionsOf,
  testEvents,
  withServer,
} from './testing/client-fixtures.js';

describe('the protocol server, deleting a stream,', () => {
  const on = withServer({ commitTimeoutMs: 100 });
  const written = async (count = 3) => {
    const stream = newStream();
    await on.client.appendToStream(stream, testEvents(count));
    return stream;
  };
  const deleted = async () => {
    const stream = await written();
    await on.client.deleteStream(stream);
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
    const stream = await deleted();
    await expect(
      on.client.appendToStream(stream, testEvents(1), {
        ...CLASSIC,
        expectedRevision: STREAM_EXISTS,
      }),
    ).rejects.toBeInstanceOf(StreamDeletedError);
  });

  it('says no position for a repeat of what can’t be read any more (23.10)', async () => {
    const stream = newStream();
    const events = testEvents(2);
    const send = () =>
      on.client.appendToStream(stream, events, { ...CLASSIC, expectedRevision: NO_STREAM });
    await send();
    await on.client.setStreamMetadata(stream, { truncateBefore: 2 });
    expect(await send()).toEqual({ success: true, nextExpectedRevision: 1n, position: undefined });
  });

  it('brings nothing back when metadata is set, but hides by it what there was (23.10)', async () => {
    const stream = await deleted();
    await on.client.setStreamMetadata(stream, { maxCount: 100, kitten: 'x' });
    expect(await collect(on.client.readStream(stream))).toEqual([]);
    const { metadata } = await on.client.getStreamMetadata(stream);
    expect(metadata).toEqual({ maxCount: 100, kitten: 'x', truncateBefore: 3 });
    expect(on.server.log.lastRevisionOf(`$$${stream}`)).toBe(2);
    await on.client.appendToStream(stream, testEvents(1));
    expect(revisionsOf(await collect(on.client.readStream(stream)))).toEqual([3]);
  });

  it('stays not found when metadata is set and there was never an event (23.10)', async () => {
    const stream = newStream();
    await on.client.setStreamMetadata(stream, { cacheControl: 1 });
    await on.client.deleteStream(stream);
    await on.client.setStreamMetadata(stream, { cacheControl: 2 });
    await expect(collect(on.client.readStream(stream))).rejects.toBeInstanceOf(StreamNotFoundError);
    const { metadata } = await on.client.getStreamMetadata(stream);
    expect(metadata).toEqual({ cacheControl: 2, truncateBefore: 0 });
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
        message: expect.stringContaining('Delete failed due to WrongExpectedVersion.') as string,
        streamName: stream,
        expectedVersion: expected,
        actualVersion: 2n,
      });
    }
  });

  it.each([
    ['any', 'any', -2n],
    ['no stream', NO_STREAM, -1n],
  ] as const)(
    'refuses to delete a stream that never was, at %s (23.10)',
    async (_name, expectedRevision, expectedVersion) => {
      const stream = newStream();
      const refused = on.client.deleteStream(stream, { expectedRevision });
      await expect(refused).rejects.toBeInstanceOf(WrongExpectedVersionError);
      await expect(refused).rejects.toMatchObject({ expectedVersion, actualVersion: -1n });
    },
  );

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

  it('deletes a deleted stream again, also at "no stream" (23.10)', async () => {
    const stream = await deleted();
    await on.client.deleteStream(stream, { expectedRevision: NO_STREAM });
    await on.client.deleteStream(stream, { expectedRevision: 2n });
    await on.client.deleteStream(stream);
    await on.client.tombstoneStream(stream, { expectedRevision: NO_STREAM });
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

  it('takes no event of a client for a tombstone, whatever its type (23.10)', async () => {
    const stream = await written(1);
    await on.client.appendToStream(stream, jsonEvent({ type: '$streamDeleted', data: {} }));
    const { nextExpectedRevision } = await on.client.appendToStream(stream, testEvents(1));
    expect(nextExpectedRevision).toBe(2n);
    expect(revisionsOf(await collect(on.client.readStream(stream)))).toEqual([0, 1, 2]);
  });

  it('reads the metadata of a tombstoned stream as deleted, and may still set it (23.10)', async () => {
    const stream = await written();
    await on.client.setStreamMetadata(stream, { maxCount: 9 });
    await on.client.tombstoneStream(stream);
    const read = () => on.client.getStreamMetadata(stream);
    await expect(read()).rejects.toBeInstanceOf(StreamDeletedError);
    await on.client.setStreamMetadata(stream, { maxCount: 8 });
    await expect(read()).rejects.toBeInstanceOf(StreamDeletedError);
  });

  it('refuses to set the metadata of a tombstoned stream that had none (23.10)', async () => {
    const stream = await written();
    await on.client.tombstoneStream(stream);
    await expect(on.client.setStreamMetadata(stream, { maxCount: 8 })).rejects.toBeInstanceOf(
      StreamDeletedError,
    );
  });

  it('answers a delete that is not committed in time with a timeout, and deletes all the same', async () => {
    const stream = await written();
    const release = on.server.log.holdCommits();
    await expect(on.client.deleteStream(stream)).rejects.toMatchObject({
      message: '10 ABORTED: Operation timed out: Commit phase timeout.',
    });
    expect(await collect(on.client.readStream(stream))).toHaveLength(3);
    release();
    await eventually('it is deleted', async () => {
      const read = collect(on.client.readStream(stream));
      return read.then(
        () => false,
        (error) => error instanceof StreamNotFoundError,
      );
    });
  });
});
