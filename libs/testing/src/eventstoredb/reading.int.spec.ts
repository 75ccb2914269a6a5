import {
  BACKWARDS,
  binaryEvent,
  END,
  jsonEvent,
  START,
  StreamDeletedError,
  StreamNotFoundError,
  type AllStreamResolvedEvent,
} from '@eventstore/db-client';
import {
  collect,
  linkTo,
  newStream,
  positionOf,
  revisionsOf,
  testEvents,
  withServer,
} from './testing/client-fixtures.js';

const streamsOf = (events: readonly AllStreamResolvedEvent[]) =>
  events.map(({ event }) => event?.streamId);

describe('the protocol server, reading a stream,', () => {
  const on = withServer();
  const stream = newStream();
  beforeAll(() => on.client.appendToStream(stream, testEvents(8)));

  it.each([
    ['forwards', {}, [0, 1, 2, 3, 4, 5, 6, 7]],
    ['from a revision', { fromRevision: 6n }, [6, 7]],
    ['limited', { maxCount: 2 }, [0, 1]],
    ['from a revision, limited', { fromRevision: 3n, maxCount: 2 }, [3, 4]],
    ['from its end on', { fromRevision: END }, []],
    ['from behind its end', { fromRevision: 99n }, []],
    ['backwards from the end', { direction: BACKWARDS, fromRevision: END, maxCount: 2 }, [7, 6]],
    ['backwards from a revision', { direction: BACKWARDS, fromRevision: 1n }, [1, 0]],
    [
      'backwards from behind the end',
      { direction: BACKWARDS, fromRevision: 99n, maxCount: 1 },
      [7],
    ],
    ['backwards from the start', { direction: BACKWARDS, fromRevision: START }, [0]],
  ] as const)('gives it %s', async (_how, options, expected) => {
    expect(revisionsOf(await collect(on.client.readStream(stream, options)))).toEqual(expected);
  });

  it('gives back json and bytes as they were written, with their metadata', async () => {
    const other = newStream();
    const bytes = Uint8Array.from([0, 255, 7]);
    await on.client.appendToStream(other, [
      jsonEvent({ type: 'json', data: { text: '积分' }, metadata: { why: 'test' } }),
      binaryEvent({ type: 'bytes', data: bytes, metadata: bytes }),
    ]);
    const [json, binary] = await collect(on.client.readStream(other));
    expect(json?.event).toMatchObject({
      isJson: true,
      type: 'json',
      data: { text: '积分' },
      metadata: { why: 'test' },
    });
    expect(Math.abs((json?.event?.created.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(binary?.event).toMatchObject({ isJson: false, data: bytes, metadata: bytes });
  });

  it('says that there is no such stream, or that it was deleted for ever', async () => {
    const nowhere = newStream();
    const missing = collect(on.client.readStream(nowhere));
    await expect(missing).rejects.toBeInstanceOf(StreamNotFoundError);
    await expect(missing).rejects.toMatchObject({ streamName: nowhere });
    await on.client.tombstoneStream(nowhere);
    await expect(collect(on.client.readStream(nowhere))).rejects.toBeInstanceOf(StreamDeletedError);
  });

  it('resolves links where asked to, and shows them as they are where not', async () => {
    const links = newStream();
    await on.client.appendToStream(links, [linkTo(stream, 2), linkTo(newStream(), 0)]);
    const plain = await collect(on.client.readStream(links));
    expect(plain.map(({ event, link }) => [event?.type, link])).toEqual([
      ['$>', undefined],
      ['$>', undefined],
    ]);
    const [resolved, dangling] = await collect(
      on.client.readStream(links, { resolveLinkTos: true }),
    );
    expect(resolved?.event).toMatchObject({ streamId: stream, revision: 2n });
    expect(resolved?.link).toMatchObject({ streamId: links, revision: 0n });
    expect(dangling).toMatchObject({ link: { revision: 1n } });
    expect(dangling?.event).toBeUndefined();
  });

  it('takes what begins with no number for an event, and what names no stream for a dangling link (23.10)', async () => {
    const links = newStream();
    const link = (text: string) => binaryEvent({ type: '$>', data: Buffer.from(text) });
    await on.client.appendToStream(links, [
      link('nothing'),
      link(`x@${stream}`),
      link('3'),
      link(`-2@${stream}`),
      link(`-1@${stream}`),
    ]);
    const read = await collect(on.client.readStream(links, { resolveLinkTos: true }));
    expect(read.map(({ event, link }) => [event?.streamId, link?.revision])).toEqual([
      [links, undefined],
      [links, undefined],
      [undefined, 2n],
      [undefined, 3n],
      [stream, 4n],
    ]);
  });

  it('reads page by page: what is written meanwhile too, until the stream is gone (23.10)', async () => {
    const growing = newStream();
    await on.client.appendToStream(growing, testEvents(40));
    let read = 0;
    const readAll = async () => {
      for await (const { event } of on.client.readStream(growing, {}, { highWaterMark: 1 })) {
        expect(event?.revision).toBe(BigInt(read));
        read += 1;
        if (read === 1) on.server.log.append(growing, tombstone);
      }
    };
    await expect(readAll()).rejects.toMatchObject({ type: 'stream-deleted' });
    expect(read).toBeLessThanOrEqual(40);
  });

  it('fails for a read of nothing (23.10)', async () => {
    await expect(collect(on.client.readStream(stream, { maxCount: 0 }))).rejects.toMatchObject({
      message: '2 UNKNOWN: Unexpected ReadStreamResult: Error',
    });
    await expect(collect(on.client.readAll({ maxCount: 0 }))).rejects.toMatchObject({
      message: '2 UNKNOWN: Unexpected ReadAllResult: Error',
    });
  });

  it('holds a flood back to what the reader takes', async () => {
    const large = newStream();
    const data = 'x'.repeat(100_000);
    for (let i = 0; i < 5; i += 1) {
      const events = Array.from({ length: 10 }, () => jsonEvent({ type: 'large', data }));
      await on.client.appendToStream(large, events);
    }
    let read = 0;
    for await (const { event } of on.client.readStream(large)) {
      expect(event?.revision).toBe(BigInt(read));
      read += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(read).toBe(50);
  });
});

const tombstone = {
  id: '00000000-0000-4000-8000-000000000000',
  type: '$streamDeleted',
  contentType: 'application/octet-stream',
  data: new Uint8Array(),
  meta: new Uint8Array(),
};

describe.each([
  [
    '23.10',
    '2 UNKNOWN: Unexpected ReadAllResult: Error',
    '2 UNKNOWN: Exception was thrown by handler.',
  ],
  [
    '24.10',
    '3 INVALID_ARGUMENT: Trying to read from an invalid position.',
    '3 INVALID_ARGUMENT: Trying to read from an invalid position.',
  ],
] as const)('the protocol server of version %s', (version, readError, subscribeError) => {
  const on = withServer({ version });

  it('refuses a position of $all that is in the middle of a record', async () => {
    const { position } = await on.client.appendToStream(newStream(), testEvents(2));
    if (position === undefined) throw new Error('no position');
    const middle = { commit: position.commit - 1n, prepare: position.commit - 1n };
    const read = collect(on.client.readAll({ fromPosition: middle }));
    await expect(read).rejects.toMatchObject({ message: readError });
    const subscribed = collect(on.client.subscribeToAll({ fromPosition: middle }));
    await expect(subscribed).rejects.toMatchObject({ message: subscribeError });
    const beyond = { commit: position.commit + 100_000n, prepare: position.commit + 100_000n };
    expect(await collect(on.client.readAll({ fromPosition: beyond }))).toEqual([]);
  });
});

describe('the protocol server, reading $all,', () => {
  const on = withServer();
  const a = newStream();
  const b = newStream();
  beforeAll(async () => {
    await on.client.appendToStream(a, testEvents(2));
    await on.client.appendToStream(b, testEvents(2));
  });

  it('begins with events of its own', async () => {
    const all = await collect(on.client.readAll());
    const [first] = streamsOf(all);
    expect(first?.startsWith('$')).toBe(true);
    expect(streamsOf(all).slice(-4)).toEqual([a, a, b, b]);
  });

  it('goes forwards from a position inclusive', async () => {
    const three = await collect(on.client.readAll({ maxCount: 3 }));
    const position = three[2]?.event?.position;
    if (position === undefined) throw new Error('no position');
    const [again] = await collect(on.client.readAll({ fromPosition: position, maxCount: 1 }));
    expect(again).toEqual(three[2]);
  });

  it('goes backwards from the end, and from a position exclusive', async () => {
    const back = { direction: BACKWARDS, fromPosition: END } as const;
    const last = await collect(on.client.readAll({ ...back, maxCount: 2 }));
    expect(streamsOf(last)).toEqual([b, b]);
    const position = last[1]?.event?.position;
    if (position === undefined) throw new Error('no position');
    const before = await collect(
      on.client.readAll({ direction: BACKWARDS, fromPosition: position, maxCount: 1 }),
    );
    expect(before[0]?.event).toMatchObject({ streamId: a, revision: 1n });
  });

  it('gives positions that only rise, and are nowhere dense', async () => {
    const all = await collect(on.client.readAll());
    const commits = all.map(({ event }) => event?.position.commit ?? 0n);
    for (const [i, commit] of commits.slice(1).entries()) {
      expect(commit - (commits[i] ?? 0n)).toBeGreaterThan(1n);
    }
  });

  it('shows deleted streams still, and what deleted them', async () => {
    const gone = newStream();
    const result = await on.client.appendToStream(gone, testEvents(1));
    await on.client.tombstoneStream(gone);
    const all = await collect(on.client.readAll({ fromPosition: positionOf(result) }));
    expect(all.map(({ event }) => event?.type)).toEqual(['test', '$streamDeleted']);
  });

  it('resolves links', async () => {
    const result = await on.client.appendToStream(newStream(), linkTo(a, 1));
    const [read] = await collect(
      on.client.readAll({ fromPosition: positionOf(result), resolveLinkTos: true }),
    );
    expect(read?.event).toMatchObject({ streamId: a, revision: 1n });
  });
});
