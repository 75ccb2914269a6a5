import {
  ANY,
  binaryEvent,
  DeadlineExceededError,
  jsonEvent,
  MaxAppendSizeExceededError,
  NO_STREAM,
  STREAM_EXISTS,
  StreamDeletedError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import {
  CLASSIC,
  collect,
  newStream,
  positionOf,
  testEvents,
  withServer,
} from './testing/client-fixtures.js';

/** Floods take their time where other tests run beside them. */
describe.each([
  ['the classic append', CLASSIC],
  ['BatchAppend', {}],
])('the protocol server, by %s,', (_call, call) => {
  const on = withServer();

  it('writes what is sent, and says where', async () => {
    const stream = newStream();
    const result = await on.client.appendToStream(stream, testEvents(3), call);
    expect(result).toMatchObject({ success: true, nextExpectedRevision: 2n });
    const [last] = await collect(
      on.client.readStream(stream, { direction: 'backwards', fromRevision: 'end', maxCount: 1 }),
    );
    expect(last?.event?.position).toEqual(positionOf(result));
  });

  describe('with an expected revision equal to the current one', () => {
    it.each([
      ['no stream', NO_STREAM, 0],
      ['an exact one', 0n, 1],
      ['stream exists', STREAM_EXISTS, 2],
      ['any', ANY, 2],
    ] as const)('writes: %s', async (_name, expectedRevision, before) => {
      const stream = newStream();
      if (before > 0) await on.client.appendToStream(stream, testEvents(before), call);
      const result = await on.client.appendToStream(stream, testEvents(1), {
        ...call,
        expectedRevision,
      });
      expect(result.nextExpectedRevision).toBe(BigInt(before));
    });
  });

  describe('with an expected revision less than the current one', () => {
    it.each([
      ['from no stream', NO_STREAM, 0, 3],
      ['from no stream, a part of it', NO_STREAM, 0, 2],
      ['from an exact one', 0n, 1, 3],
    ] as const)(
      'answers a repeat as success with its old position (23.10.4), %s',
      async (_name, expectedRevision, from, to) => {
        const stream = newStream();
        const events = testEvents(3);
        await on.client.appendToStream(stream, events, { ...call, expectedRevision: NO_STREAM });
        await on.client.appendToStream(stream, testEvents(2), { ...call, expectedRevision: 2n });
        const again = await on.client.appendToStream(stream, events.slice(from, to), {
          ...call,
          expectedRevision,
        });
        const last = on.server.log.streamOf(stream)[to - 1]?.position ?? -1;
        expect(again).toEqual({
          success: true,
          nextExpectedRevision: BigInt(to - 1),
          position: { commit: BigInt(last), prepare: BigInt(last) },
        });
        expect(await collect(on.client.readStream(stream))).toHaveLength(5);
      },
    );

    it.each([
      ['different', [2]],
      ['equal at first and then different', [0, 2]],
      ['different at first and then equal', [2, 1]],
      ['equal, and more than there are', [0, 1, 2]],
    ])('refuses when the ids are %s', async (_name, order) => {
      const stream = newStream();
      const known = testEvents(2);
      const events = [...known, ...testEvents(1)];
      await on.client.appendToStream(stream, known, call);
      const sent = order.map((i) => events[i] ?? jsonEvent({ type: 'test', data: {} }));
      const refused = on.client.appendToStream(stream, sent, {
        ...call,
        expectedRevision: NO_STREAM,
      });
      await expect(refused).rejects.toMatchObject({
        type: 'wrong-expected-version',
        streamName: stream,
        expectedVersion: NO_STREAM,
        actualVersion: 1n,
      });
    });
  });

  it('refuses an expected revision beyond the current one', async () => {
    const refused = on.client.appendToStream(newStream(), testEvents(1), {
      ...call,
      expectedRevision: 1n,
    });
    await expect(refused).rejects.toMatchObject({ expectedVersion: 1n, actualVersion: NO_STREAM });
    await expect(refused).rejects.toBeInstanceOf(WrongExpectedVersionError);
  });

  it('refuses "stream exists" where there is none', async () => {
    const refused = on.client.appendToStream(newStream(), testEvents(1), {
      ...call,
      expectedRevision: STREAM_EXISTS,
    });
    await expect(refused).rejects.toMatchObject({
      expectedVersion: STREAM_EXISTS,
      actualVersion: NO_STREAM,
    });
  });

  it('takes a stream with nothing but metadata for one that exists', async () => {
    const stream = newStream();
    await on.client.setStreamMetadata(stream, { cacheControl: 1 }, call);
    const result = await on.client.appendToStream(stream, testEvents(1), {
      ...call,
      expectedRevision: STREAM_EXISTS,
    });
    expect(result.nextExpectedRevision).toBe(0n);
  });

  it('answers a repeat at any revision as success, as long as it remembers', async () => {
    const stream = newStream();
    const events = testEvents(2);
    await on.client.appendToStream(stream, events, call);
    const again = await on.client.appendToStream(stream, events, call);
    expect(again).toMatchObject({ success: true, nextExpectedRevision: 1n });
    const mixed = await on.client.appendToStream(stream, [...testEvents(1), ...events], call);
    expect(mixed.nextExpectedRevision).toBe(4n);
  });

  it('writes nothing for an append of nothing', async () => {
    const stream = newStream();
    await on.client.appendToStream(stream, [], { ...call, expectedRevision: NO_STREAM });
    await expect(collect(on.client.readStream(stream))).rejects.toMatchObject({
      type: 'stream-not-found',
    });
  });

  it('refuses an append larger than its maximum, and says the maximum', async () => {
    const stream = newStream();
    const large = jsonEvent({ type: 'large', data: 'x'.repeat(600_000) });
    const also = jsonEvent({ type: 'large', data: 'x'.repeat(600_000) });
    const refused = on.client.appendToStream(stream, [large, also], call);
    await expect(refused).rejects.toBeInstanceOf(MaxAppendSizeExceededError);
    await expect(refused).rejects.toMatchObject({ maxAppendSize: 1024 * 1024 });
    const result = await on.client.appendToStream(stream, large, call);
    expect(result.nextExpectedRevision).toBe(0n);
  });

  it('counts the data of an append alone (up to 24.10.3)', async () => {
    const data = new Uint8Array(512 * 1024);
    const metadata = new Uint8Array(900 * 1024);
    const events = [
      binaryEvent({ type: 't'.repeat(1000), data, metadata }),
      binaryEvent({ type: 'x', data }),
    ];
    const result = await on.client.appendToStream(newStream(), events, call);
    expect(result.nextExpectedRevision).toBe(1n);
    const tooMuch = [...events, binaryEvent({ type: 'x', data: new Uint8Array(1) })];
    await expect(on.client.appendToStream(newStream(), tooMuch, call)).rejects.toBeInstanceOf(
      MaxAppendSizeExceededError,
    );
  });

  it('refuses 8,000 events that are too large together, and stays usable', async () => {
    const many = Array.from({ length: 8_000 }, () =>
      jsonEvent({ type: 'test', data: 'x'.repeat(140) }),
    );
    const refused = on.client.appendToStream(newStream(), many, { ...call, deadline: 20_000 });
    await expect(refused).rejects.toBeInstanceOf(MaxAppendSizeExceededError);
    await on.client.appendToStream(newStream(), testEvents(1), call);
  });

  it('refuses to write to a tombstoned stream', async () => {
    const stream = newStream();
    await on.client.appendToStream(stream, testEvents(1), call);
    await on.client.tombstoneStream(stream);
    const refused = on.client.appendToStream(stream, testEvents(1), call);
    await expect(refused).rejects.toBeInstanceOf(StreamDeletedError);
    await expect(refused).rejects.toMatchObject({ streamName: stream });
  });

  it('lets a deadline pass', async () => {
    const late = on.client.appendToStream(newStream(), testEvents(10_000), {
      ...call,
      deadline: 1,
    });
    await expect(late).rejects.toBeInstanceOf(DeadlineExceededError);
  });

  it('takes a flood of appends made at once, each written once', async () => {
    const stream = newStream();
    const value = 'A'.repeat(904);
    const flood = Array.from({ length: 1_000 }, () =>
      on.client.appendToStream(stream, jsonEvent({ type: 'flood', data: { value } }), call),
    );
    const results = await Promise.all(flood);
    const revisions = results.map((r) => Number(r.nextExpectedRevision)).sort((a, b) => a - b);
    expect(revisions).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
  });
});

describe.each([
  ['the classic append', CLASSIC],
  ['BatchAppend', {}],
])('the protocol server of version 24.10, by %s,', (_call, call) => {
  const on = withServer({ version: '24.10', appendBytesMax: 1_000 });
  const send = (data: number, metadata: number, type: number) =>
    on.client.appendToStream(
      newStream(),
      binaryEvent({
        type: 't'.repeat(type),
        data: new Uint8Array(data),
        metadata: new Uint8Array(metadata),
      }),
      call,
    );

  it('counts data, metadata and two bytes for each character of the type (since 24.10.4)', async () => {
    await send(500, 480, 10);
    for (const [data, metadata, type] of [
      [501, 480, 10],
      [500, 481, 10],
      [500, 480, 11],
    ] as const) {
      await expect(send(data, metadata, type)).rejects.toBeInstanceOf(MaxAppendSizeExceededError);
    }
  });
});

describe('the protocol server, given an event that is none,', () => {
  const on = withServer({ writeTimeoutMs: 100 });
  const nothing = { type: 'test', data: {} };
  const events = [
    ['an empty type', jsonEvent({ ...nothing, type: '' })],
    ['an id of zeros', jsonEvent({ ...nothing, id: '00000000-0000-0000-0000-000000000000' })],
    ['an id that is none', jsonEvent({ ...nothing, id: 'no-id' })],
  ] as const;

  it.each(events)(
    'fails in its handler for %s, by the classic append (23.10)',
    async (_what, event) => {
      const stream = newStream();
      await expect(
        on.client.appendToStream(stream, [...testEvents(1), event], CLASSIC),
      ).rejects.toMatchObject({ message: '2 UNKNOWN: Exception was thrown by handler.' });
      expect(on.server.log.streamOf(stream)).toEqual([]);
    },
  );

  it('fails in its handler for a stream without a name, by the classic append (23.10)', async () => {
    await expect(on.client.appendToStream('', testEvents(1), CLASSIC)).rejects.toMatchObject({
      message: '2 UNKNOWN: Exception was thrown by handler.',
    });
    await expect(collect(on.client.readStream(''))).rejects.toMatchObject({
      message: '2 UNKNOWN: Exception was thrown by handler.',
    });
    await expect(on.client.deleteStream('')).rejects.toMatchObject({
      message: '2 UNKNOWN: Exception was thrown by handler.',
    });
  });

  it('keeps ids in lower case, whatever case they were sent in', async () => {
    const stream = newStream();
    const id = 'ABCDEF00-0000-4000-8000-00000000000A';
    await on.client.appendToStream(stream, jsonEvent({ ...nothing, id }));
    const [read] = await collect(on.client.readStream(stream));
    expect(read?.event?.id).toBe(id.toLowerCase());
  });
});

describe('the protocol server, when BatchAppend sends an append in many parts,', () => {
  const on = withServer();

  it('writes it as one', async () => {
    const stream = newStream();
    const result = await on.client.appendToStream(stream, testEvents(500), {
      batchAppendSize: 1024,
    });
    expect(result.nextExpectedRevision).toBe(499n);
    expect(await collect(on.client.readStream(stream))).toHaveLength(500);
  });
});

describe('the protocol server, with a small window of recent ids,', () => {
  const on = withServer({ recentIdsMax: 1 });

  it('recognises a repeat at any revision no more, but one at an exact revision always', async () => {
    const stream = newStream();
    const events = testEvents(1);
    const first = await on.client.appendToStream(stream, events, CLASSIC);
    await on.client.appendToStream(newStream(), testEvents(3), CLASSIC);
    const exact = await on.client.appendToStream(stream, events, {
      ...CLASSIC,
      expectedRevision: NO_STREAM,
    });
    expect(exact).toEqual({ success: true, nextExpectedRevision: 0n, position: first.position });
    const any = await on.client.appendToStream(stream, events, CLASSIC);
    expect(any.nextExpectedRevision).toBe(1n);
  });
});
