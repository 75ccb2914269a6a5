import { AccessDeniedError, BACKWARDS, END } from '@eventstore/db-client';
import { collect, newStream, revisionsOf, testEvents, withServer } from './clients.suite.js';

describe('the protocol server, with metadata of a stream,', () => {
  let nowMs = Date.now();
  const on = withServer({ nowMs: () => nowMs });

  it('gives back what was set, and the newest of it', async () => {
    const stream = newStream();
    expect(await on.client.getStreamMetadata(stream)).toEqual({ streamName: stream });
    const metadata = {
      maxAge: 2,
      cacheControl: 15,
      truncateBefore: 1,
      maxCount: 12,
      acl: { readRoles: ['admin'], writeRoles: ['admin'], metaReadRoles: ['$all'] },
      kitten: '😾',
    };
    await on.client.setStreamMetadata(stream, metadata);
    expect((await on.client.getStreamMetadata(stream)).metadata).toEqual(metadata);
    await on.client.setStreamMetadata(stream, { maxCount: 3 });
    expect((await on.client.getStreamMetadata(stream)).metadata).toEqual({ maxCount: 3 });
  });

  it.each([
    ['$maxCount', { maxCount: 2 }, [18, 19]],
    ['$tb', { truncateBefore: 17 }, [17, 18, 19]],
    ['$maxCount and $tb, whichever is stricter', { maxCount: 5, truncateBefore: 18 }, [18, 19]],
    ['a $tb behind its end', { truncateBefore: 99 }, []],
  ])('shows only what %s leaves', async (_name, metadata, expected) => {
    const stream = newStream();
    await on.client.setStreamMetadata(stream, metadata);
    await on.client.appendToStream(stream, testEvents(20));
    expect(revisionsOf(await collect(on.client.readStream(stream)))).toEqual(expected);
    const back = await collect(
      on.client.readStream(stream, { direction: BACKWARDS, fromRevision: END }),
    );
    expect(revisionsOf(back)).toEqual([...expected].reverse());
    const all = await collect(on.client.readAll());
    expect(all.filter(({ event }) => event?.streamId === stream)).toHaveLength(20);
  });

  it('shows only what $maxAge leaves, while time passes', async () => {
    const stream = newStream();
    await on.client.setStreamMetadata(stream, { maxAge: 60 });
    await on.client.appendToStream(stream, testEvents(1));
    nowMs += 40_000;
    await on.client.appendToStream(stream, testEvents(1));
    expect(revisionsOf(await collect(on.client.readStream(stream)))).toEqual([0, 1]);
    nowMs += 40_000;
    expect(revisionsOf(await collect(on.client.readStream(stream)))).toEqual([1]);
    const { nextExpectedRevision } = await on.client.appendToStream(stream, testEvents(1), {
      expectedRevision: 1n,
    });
    expect(nextExpectedRevision).toBe(2n);
  });

  it('refuses what the ACL reserves for others, each thing by itself', async () => {
    const stream = newStream();
    await on.client.appendToStream(stream, testEvents(1));
    const denied = async (call: Promise<unknown>) =>
      expect(call).rejects.toBeInstanceOf(AccessDeniedError);
    await on.client.setStreamMetadata(stream, { acl: { readRoles: ['somebody'] } });
    await denied(collect(on.client.readStream(stream)));
    await on.client.setStreamMetadata(stream, { acl: { deleteRoles: ['somebody'] } });
    await collect(on.client.readStream(stream));
    await denied(on.client.deleteStream(stream));
    await denied(on.client.tombstoneStream(stream));
    await on.client.setStreamMetadata(stream, { acl: { metaReadRoles: ['somebody'] } });
    await denied(on.client.getStreamMetadata(stream));
    await on.client.setStreamMetadata(stream, { acl: { metaWriteRoles: ['somebody'] } });
    await denied(on.client.setStreamMetadata(stream, {}));
  });
});
