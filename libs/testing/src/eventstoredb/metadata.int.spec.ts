import { randomUUID } from 'node:crypto';
import { BACKWARDS, binaryEvent, END } from '@eventstore/db-client';
import {
  collect,
  newStream,
  revisionsOf,
  testEvents,
  withServer,
} from './testing/client-fixtures.js';

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

  it.each([
    ['a limit that is no integer', '{"$maxCount": 2.0, "$tb": 1}'],
    ['a limit beyond 64 bits', '{"$tb": 9223372036854775808, "$maxCount": 2}'],
    ['a limit that is null', '{"$maxAge": null, "$maxCount": 2}'],
    ['a right that it does not know', '{"$acl": {"$x": "$all"}, "$maxCount": 2}'],
    ['a role that is no text', '{"$acl": {"$r": [7]}, "$maxCount": 2}'],
    ['something that is no object', '["$maxCount"]'],
    ['something that is no JSON', '{"$maxCount": 2'],
  ])('ignores metadata as a whole that holds %s (23.10)', async (_what, text) => {
    const stream = newStream();
    await on.client.appendToStream(stream, testEvents(4));
    on.server.log.append(`$$${stream}`, {
      id: randomUUID(),
      type: '$metadata',
      contentType: 'application/json',
      data: Buffer.from(text),
      meta: new Uint8Array(),
    });
    expect(revisionsOf(await collect(on.client.readStream(stream)))).toEqual([0, 1, 2, 3]);
  });

  it('ignores limits of nothing, and metadata that is not marked as JSON (23.10)', async () => {
    const stream = newStream();
    await on.client.appendToStream(stream, testEvents(2));
    await on.client.setStreamMetadata(stream, { maxCount: 0, maxAge: 0, truncateBefore: -1 });
    expect(revisionsOf(await collect(on.client.readStream(stream)))).toEqual([0, 1]);
    const bytes = binaryEvent({ type: '$metadata', data: Buffer.from('{"$maxCount":1}') });
    await on.client.appendToStream(`$$${stream}`, bytes);
    expect(revisionsOf(await collect(on.client.readStream(stream)))).toEqual([0, 1]);
  });

  it('reads a string that looks like a number as a string', async () => {
    const stream = newStream();
    await on.client.appendToStream(stream, testEvents(2));
    await on.client.setStreamMetadata(stream, { text: 'a "1" and 2, \\', maxCount: 1 });
    expect(revisionsOf(await collect(on.client.readStream(stream)))).toEqual([1]);
  });
});
