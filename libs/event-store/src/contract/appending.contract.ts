import type { EventStore } from '../port.js';
import { APPEND_BYTES_MAX, NO_STREAM } from '../index.js';
import {
  collect,
  idsOf,
  newStream,
  nonEmpty,
  rechained,
  revisionsOf,
  readVerified,
  StreamWriter,
  type OpenStore,
  type StoreCapabilities,
} from '../testing/stream-writer.js';

export function appendingContract(open: OpenStore, promises: StoreCapabilities): void {
  let store: EventStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());

  it('returns the appended events byte for byte', async () => {
    const writer = new StreamWriter();
    const odd = '{"text":"积分 \\u0000 \\ud800 é 👩‍🚀  \\"","spaces":  1.0, "z":1,"a":2}';
    const events = await writer.append(store, 3, (i) => odd + ' '.repeat(i));
    const read = await readVerified(store, writer.stream);
    expect(read.map(({ id, type, data, meta }) => ({ id, type, data, meta }))).toEqual(
      events.map(({ id, type, data, meta }) => ({ id, type, data, meta })),
    );
    expect(revisionsOf(read)).toEqual([0, 1, 2]);
  });

  it('begins a stream only when it does not exist', async () => {
    const writer = new StreamWriter();
    await writer.append(store);
    const other = new StreamWriter(writer.stream);
    expect(await store.append(writer.stream, NO_STREAM, other.next())).toEqual({
      kind: 'conflict',
      actual: 0,
    });
  });

  it('reports a conflict at a revision that the stream has not reached', async () => {
    const stream = newStream();
    expect(await store.append(stream, 4, new StreamWriter(stream).next())).toEqual({
      kind: 'conflict',
      actual: null,
    });
    expect(await collect(store.readStream(stream))).toEqual([]);
  });

  it('lets one of two writers that read the same revision win', async () => {
    const first = new StreamWriter();
    await first.append(store);
    const second = new StreamWriter(first.stream);
    Object.assign(second, { revision: first.revision, hash: first.hash });
    const results = await Promise.all([
      store.append(first.stream, 0, first.next(2)),
      store.append(first.stream, 0, second.next(2)),
    ]);
    expect(results.map((r) => r.kind).sort()).toEqual(['conflict', 'ok']);
    expect(await readVerified(store, first.stream)).toHaveLength(3);
  });

  it('answers a repeat of a written append as ok, at once and later', async () => {
    const writer = new StreamWriter();
    const events = await writer.append(store, 3);
    const last = (await readVerified(store, writer.stream)).at(-1);
    const repeat = { kind: 'ok', revision: 2, position: last?.position };
    expect(await store.append(writer.stream, NO_STREAM, events)).toEqual(repeat);
    await writer.append(store, 2);
    expect(await store.append(writer.stream, NO_STREAM, events)).toEqual(repeat);
    expect(await readVerified(store, writer.stream)).toHaveLength(5);
  });

  it('answers concurrent repeats as ok, and writes them once', async () => {
    const writer = new StreamWriter();
    const events = writer.next(4);
    const send = () => store.append(writer.stream, NO_STREAM, events);
    const results = await Promise.all([send(), send(), send(), send()]);
    const written = await readVerified(store, writer.stream);
    expect(written).toHaveLength(4);
    const { position } = written[3] ?? {};
    for (const result of results) expect(result).toEqual({ kind: 'ok', revision: 3, position });
  });

  it('answers processes that send the same append concurrently, and writes it once', async () => {
    const others = await Promise.all([open(), open(), open()]);
    for (let round = 0; round < 5; round += 1) {
      const writer = new StreamWriter();
      const events = writer.next(2);
      const results = await Promise.all(
        [store, ...others].map((one) => one.append(writer.stream, NO_STREAM, events)),
      );
      for (const result of results) expect(result).toMatchObject({ kind: 'ok', revision: 1 });
      expect(idsOf(await readVerified(store, writer.stream))).toEqual(idsOf(events));
    }
    await Promise.all(others.map((one) => one.close()));
  });

  it.each([
    ['at the end', 0],
    ['further back', 3],
  ])('treats the same ids with other contents as a conflict: %s', async (_where, behind) => {
    const writer = new StreamWriter();
    const [first, ...rest] = writer.next(2);
    const other = new StreamWriter(writer.stream).next(2, () => '{"other":true}');
    await store.append(writer.stream, NO_STREAM, [first, ...rest]);
    writer.advance([first, ...rest]);
    if (behind > 0) await writer.append(store, behind);
    const renamed = rechained(writer.stream, other, [first, ...rest]);
    expect(await store.append(writer.stream, NO_STREAM, renamed)).toEqual({
      kind: 'conflict',
      actual: 1 + behind,
    });
    expect(await readVerified(store, writer.stream)).toHaveLength(2 + behind);
  });

  it('treats a repeat of a part of an append as a repeat', async () => {
    const writer = new StreamWriter();
    const events = await writer.append(store, 3);
    const part = nonEmpty(events.slice(1, 2));
    expect(await store.append(writer.stream, 0, part)).toMatchObject({ kind: 'ok', revision: 1 });
  });

  it.each([
    ['the first exists and the second does not', [0, 9]],
    ['they reach beyond the end', [1, 9]],
    ['they are in another order', [1, 0]],
  ])('does not write when only some of the ids exist: %s', async (_how, [a = 0, b = 0]) => {
    const writer = new StreamWriter();
    const there = await writer.append(store, 2);
    const fresh = writer.next(1);
    const events = [a, b].map((i) => there[i] ?? fresh[0]);
    const expected = a === 0 ? NO_STREAM : 0;
    const sent = await store.append(writer.stream, expected, nonEmpty(events));
    expect(sent).toEqual({ kind: 'conflict', actual: 1 });
    expect(idsOf(await readVerified(store, writer.stream))).toEqual(idsOf(there));
  });

  it('writes an append of 500 events atomically', async () => {
    const writer = new StreamWriter();
    await writer.append(store, 500);
    const stale = new StreamWriter(writer.stream);
    expect(await store.append(writer.stream, 7, stale.next(500))).toMatchObject({
      kind: 'conflict',
    });
    expect(await readVerified(store, writer.stream)).toHaveLength(500);
  });

  it('rejects an append beyond the size limit permanently, and no other append with it', async () => {
    const writer = new StreamWriter();
    const large = writer.next(4, () => JSON.stringify('x'.repeat(APPEND_BYTES_MAX / 2)));
    const refused = store.append(writer.stream, NO_STREAM, large);
    const beside = new StreamWriter().append(store);
    await expect(refused).rejects.toMatchObject({
      name: 'PermanentStoreError',
      code: 'append-too-large',
    });
    await beside;
    expect(await collect(store.readStream(writer.stream))).toEqual([]);
  });

  if (promises.detectsReusedIds) detectsReusedIdsContract(() => store);
  else ignoresReusedIdsContract(() => store);
}

function ignoresReusedIdsContract(store: () => EventStore): void {
  it('writes an event id of another stream, because it does not compare ids across streams', async () => {
    const [taken] = await new StreamWriter().append(store());
    const thief = newStream();
    const [stolen] = rechained(thief, [taken], [taken]);
    expect(await store().append(thief, NO_STREAM, [stolen])).toMatchObject({ kind: 'ok' });
    expect(idsOf(await readVerified(store(), thief))).toEqual([taken.id]);
  });
}

function detectsReusedIdsContract(store: () => EventStore): void {
  const reused = { name: 'PermanentStoreError', code: 'event-id-reused' };

  it('rejects an event id of another stream, and writes concurrent appends', async () => {
    const owner = new StreamWriter();
    const [taken] = await owner.append(store());
    const thief = new StreamWriter();
    const others = Array.from({ length: 10 }, () => new StreamWriter());
    const before = others.slice(0, 5).map((writer) => writer.append(store()));
    const refused = store().append(thief.stream, NO_STREAM, [taken]);
    const behind = others.slice(5).map((writer) => writer.append(store()));
    await expect(refused).rejects.toMatchObject(reused);
    await Promise.all([...before, ...behind]);
    expect(await collect(store().readStream(thief.stream))).toEqual([]);
  });

  it('rejects a duplicate event id within one append', async () => {
    const writer = new StreamWriter();
    const [event] = writer.next();
    await expect(store().append(writer.stream, NO_STREAM, [event, event])).rejects.toMatchObject(
      reused,
    );
    expect(await collect(store().readStream(writer.stream))).toEqual([]);
  });

  it('keeps nothing of a rejected append, so that its other ids can be used', async () => {
    const owner = new StreamWriter();
    const [taken] = await owner.append(store());
    const writer = new StreamWriter();
    const events = writer.next(1);
    await expect(
      store().append(writer.stream, NO_STREAM, [...events, taken]),
    ).rejects.toMatchObject(reused);
    expect(await store().append(writer.stream, NO_STREAM, events)).toMatchObject({ kind: 'ok' });
  });
}

export function readingStreamsContract(open: OpenStore): void {
  let store: EventStore;
  const writer = new StreamWriter();
  beforeAll(async () => {
    store = await open();
    await writer.append(store, 400);
    await writer.append(store, 400);
    await writer.append(store, 400);
  });
  afterAll(() => store.close());

  it('reads a stream that does not exist as empty', async () => {
    expect(await collect(store.readStream(newStream()))).toEqual([]);
    expect(await collect(store.readStream(newStream(), { backwards: true }))).toEqual([]);
  });

  it('reads a stream of many pages', async () => {
    expect(await readVerified(store, writer.stream)).toHaveLength(1200);
  });

  it.each([
    ['from a revision on', { from: 1190 }, [1190, 1199]],
    ['up to a limit', { limit: 3 }, [0, 2]],
    ['from a revision up to a limit', { from: 490, limit: 600 }, [490, 1089]],
    ['with a limit beyond the end', { from: 1198, limit: 50 }, [1198, 1199]],
    ['backwards', { backwards: true }, [1199, 0]],
    ['backwards from a revision', { backwards: true, from: 2 }, [2, 0]],
    ['the last event', { backwards: true, limit: 1 }, [1199, 1199]],
    ['backwards from beyond the end', { backwards: true, from: 5000, limit: 2 }, [1199, 1198]],
  ])('reads %s', async (_how, options, [first = 0, last = 0]) => {
    const revisions = revisionsOf(await collect(store.readStream(writer.stream, options)));
    const step = Math.sign(last - first);
    const count = Math.abs(last - first) + 1;
    expect(revisions).toEqual(Array.from({ length: count }, (_, i) => first + i * step));
  });

  it('reads nothing beyond the end, and nothing with a limit of 0', async () => {
    expect(await collect(store.readStream(writer.stream, { from: 1200 }))).toEqual([]);
    expect(await collect(store.readStream(writer.stream, { limit: 0 }))).toEqual([]);
  });

  it('releases a stream that is read only in part', async () => {
    for (let i = 0; i < 30; i += 1) {
      for await (const event of store.readStream(writer.stream)) {
        expect(event.revision).toBe(0);
        break;
      }
    }
    expect(await collect(store.readStream(writer.stream, { limit: 1 }))).toHaveLength(1);
  });
}
