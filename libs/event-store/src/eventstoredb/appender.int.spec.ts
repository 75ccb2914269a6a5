import { ManualClock } from '#async/testing';
import { EventStoreDbProtocolServer } from '#testing';
import { NO_STREAM, PermanentStoreError } from '../index.js';
import { collect, newStream, nonEmpty, rechained } from '../testing/stream-writer.js';
import { EventStoreDbEventStore } from './eventstoredb-event-store.js';
import {
  eventually,
  observerInto,
  StreamWriter,
  MANUAL_DEADLINE_MS,
  reachDeadline,
  withStore,
} from '../testing/eventstoredb-fixtures.js';

/** Only a hang would wait so long. */
const NEVER_MS = 600_000;
const IN_FLIGHT_MAX = 4;

describe('The EventStoreDB adapter, appending,', () => {
  const on = withStore();
  const first = (writer: StreamWriter, store = on.store) =>
    store.append(writer.stream, NO_STREAM, writer.next());

  it('uses the classic call, also on a server without credentials', async () => {
    const via: string[] = [];
    on.server.faults.append = (call) => void via.push(call.via);
    await new StreamWriter().append(on.store);
    await new StreamWriter().append(on.store);
    expect(via).toEqual(['append', 'append']);
  });

  it('does not request the features of the server, whose error the client would cache', async () => {
    on.server.faults.features = () => 'internal';
    await new StreamWriter().append(on.store);
    expect(on.reports.replaced).toEqual([]);
  });

  it('stores the hashed bytes under an id made from the hash, with the hash and its own id in the metadata', async () => {
    const writer = new StreamWriter();
    const odd = '{"積分": 1.0,  "big": 123456789012345678901234567890}';
    const [event] = await writer.append(on.store, 1, () => odd);
    const [stored] = on.server.log.streamOf(writer.stream);
    expect(stored).toMatchObject({ contentType: 'application/octet-stream', type: event.type });
    expect(Buffer.from(stored?.data ?? []).toString()).toBe(odd);
    const hash = Buffer.from(event.hash);
    expect(stored?.id.replaceAll('-', '')).toBe(hash.toString('hex', 0, 16));
    const meta = Buffer.from(stored?.meta ?? []);
    expect(meta.subarray(0, 32)).toEqual(hash);
    expect(meta.toString('hex', 32, 48)).toBe(event.id.replaceAll('-', ''));
    expect(meta.toString('utf8', 48)).toBe(event.meta);
  });

  it('reports the actual revision of the stream on a conflict', async () => {
    const writer = new StreamWriter();
    await writer.append(on.store, 6);
    const stale = new StreamWriter(writer.stream);
    expect(await on.store.append(writer.stream, 2, stale.next())).toEqual({
      kind: 'conflict',
      actual: 5,
    });
  });

  it.each([
    ['the answer is lost after the commit', { kind: 'lose-answer' }, true],
    ['the connection is cut before the commit', { kind: 'cut', when: 'before-commit' }, false],
    ['the connection is cut after the commit', { kind: 'cut', when: 'after-commit' }, true],
    ['Cancelled', { kind: 'error', as: 'cancelled' }, false],
    ['DeadlineExceeded', { kind: 'error', as: 'deadline-exceeded' }, false],
  ] as const)(
    'answers unknown when %s, and a retry on a new connection writes it once',
    async (_what, fault, wasWritten) => {
      const writer = new StreamWriter();
      const events = writer.next(2);
      on.injectFaults(fault);
      const send = () => on.store.append(writer.stream, NO_STREAM, events);
      expect(await send()).toMatchObject({ kind: 'unknown' });
      expect([on.reports.unknown.length, on.reports.replaced.length]).toEqual([1, 1]);
      expect(on.storedIn(writer.stream)).toHaveLength(wasWritten ? 2 : 0);
      expect(await send()).toMatchObject({ kind: 'ok', revision: 1 });
      expect(on.storedIn(writer.stream)).toHaveLength(2);
    },
  );

  it.each([
    ['busy', { kind: 'busy' }],
    ['Unknown', { kind: 'error', as: 'unknown' }],
    ['Aborted', { kind: 'error', as: 'aborted' }],
    ['INTERNAL, for which the client has no type', { kind: 'error', as: 'internal' }],
  ] as const)(
    'keeps the connection and the calls on it when the server answers %s',
    async (_what, fault) => {
      const writer = new StreamWriter();
      const events = writer.next(2);
      on.injectFaults(fault);
      const send = () => on.store.append(writer.stream, NO_STREAM, events);
      expect(await send()).toMatchObject({ kind: 'unknown' });
      expect([on.reports.unknown.length, on.reports.replaced.length]).toEqual([1, 0]);
      expect(await send()).toMatchObject({ kind: 'ok', revision: 1 });
      expect(on.storedIn(writer.stream)).toHaveLength(2);
    },
  );

  it('answers a repeat of an append in progress, although the server drops it and never says so', async () => {
    const writer = new StreamWriter();
    const events = writer.next(2);
    const slow = await EventStoreDbProtocolServer.start({ commitTimeoutMs: NEVER_MS });
    const noted = { unknown: [], replaced: [], interrupted: [] };
    const options = { deadlineMs: NEVER_MS };
    const stores = [1, 2, 3, 4].map(
      () => new EventStoreDbEventStore(slow.connectionString, options, observerInto(noted)),
    );
    const faults = [{ kind: 'late-commit', afterMs: 60 } as const];
    slow.faults.append = () => faults.shift();
    const [first, ...others] = nonEmpty(stores);
    const results = await Promise.all(
      [first, first, ...others].map((store) => store.append(writer.stream, NO_STREAM, events)),
    );
    const position = await first.head();
    for (const result of results) expect(result).toEqual({ kind: 'ok', revision: 1, position });
    expect(slow.log.streamOf(writer.stream)).toHaveLength(2);
    expect(noted).toEqual({ unknown: [], replaced: [], interrupted: [] });
    await slow.stop();
    await Promise.all(stores.map((store) => store.close()));
  });

  it('keeps the connection when the server says that a commit took too long', async () => {
    const server = await EventStoreDbProtocolServer.start({ commitTimeoutMs: 30 });
    const noted = { unknown: [], replaced: [], interrupted: [] };
    const store = new EventStoreDbEventStore(server.connectionString, {}, observerInto(noted));
    const faults = [{ kind: 'late-commit', afterMs: NEVER_MS } as const];
    server.faults.append = () => faults.shift();
    const writer = new StreamWriter();
    const events = writer.next(2);
    const send = () => store.append(writer.stream, NO_STREAM, events);
    expect((await send()).kind).toBe('unknown');
    server.log.commitAll();
    await eventually('the append is written', async () => (await send()).kind === 'ok');
    expect(noted.replaced).toEqual([]);
    expect(await collect(store.readStream(writer.stream))).toHaveLength(2);
    await store.close();
    await server.stop();
  });

  it('replaces a connection that has returned only errors for a second', async () => {
    on.server.faults.append = () => ({ kind: 'busy' });
    await eventually('the connection is replaced', async () => {
      await first(new StreamWriter());
      return on.reports.replaced.length > 0;
    });
    on.server.faults.append = undefined;
    expect(await first(new StreamWriter())).toMatchObject({ kind: 'ok' });
  });

  it('finds an unknown append by its hash when its retry conflicts', async () => {
    const writer = new StreamWriter();
    const events = writer.next(3);
    on.injectFaults({ kind: 'lose-answer' }, { kind: 'wrong-version' });
    const send = () => on.store.append(writer.stream, NO_STREAM, events);
    expect(await send()).toMatchObject({ kind: 'unknown' });
    expect(await send()).toEqual({ kind: 'ok', revision: 2, position: await on.store.head() });
    expect(on.storedIn(writer.stream)).toHaveLength(3);
  });

  it('recognises the same ids with other contents when the retry of an unknown append conflicts', async () => {
    const writer = new StreamWriter();
    const events = writer.next(2);
    const others = rechained(
      writer.stream,
      new StreamWriter().next(2, () => '{}'),
      events,
    );
    on.injectFaults({ kind: 'busy' });
    const send = () => on.store.append(writer.stream, NO_STREAM, events);
    expect(await send()).toMatchObject({ kind: 'unknown' });
    expect(await on.store.append(writer.stream, NO_STREAM, others)).toMatchObject({ kind: 'ok' });
    expect(await send()).toEqual({ kind: 'conflict', actual: 1 });
  });

  it('finds that another writer was first when the retry of an unknown append conflicts', async () => {
    const writer = new StreamWriter();
    on.injectFaults({ kind: 'busy' });
    const events = writer.next(2);
    const send = () => on.store.append(writer.stream, NO_STREAM, events);
    expect(await send()).toMatchObject({ kind: 'unknown' });
    await new StreamWriter(writer.stream).append(on.store, 2);
    expect(await send()).toEqual({ kind: 'conflict', actual: 1 });
    expect(on.storedIn(writer.stream)).toHaveLength(2);
  });

  it('stays unknown as long as the lookup fails', async () => {
    const writer = new StreamWriter();
    const events = writer.next();
    on.injectFaults({ kind: 'lose-answer' }, { kind: 'wrong-version' }, { kind: 'wrong-version' });
    const send = () => on.store.append(writer.stream, NO_STREAM, events);
    await send();
    on.server.faults.read = () => ({ kind: 'busy' });
    expect(await send()).toMatchObject({ kind: 'unknown' });
    on.server.faults.read = undefined;
    expect(await send()).toMatchObject({ kind: 'ok' });
  });

  it('retries at the leader when it is redirected, because nothing was written', async () => {
    const leader = await EventStoreDbProtocolServer.start();
    on.injectFaults({ kind: 'not-leader', leader: { address: '127.0.0.1', port: leader.port } });
    const writer = new StreamWriter();
    expect(await first(writer)).toMatchObject({ kind: 'ok' });
    expect(leader.log.streamOf(writer.stream)).toHaveLength(1);
    expect(on.storedIn(writer.stream)).toEqual([]);
    await leader.stop();
    expect(await first(new StreamWriter())).toMatchObject({ kind: 'unknown' });
    expect(await first(new StreamWriter())).toMatchObject({ kind: 'ok' });
  });

  it('follows a limited number of redirects', async () => {
    const here = { address: '127.0.0.1', port: on.server.port };
    let attempts = 0;
    on.server.faults.append = () => {
      attempts += 1;
      return { kind: 'not-leader', leader: here };
    };
    expect(await first(new StreamWriter())).toMatchObject({ kind: 'unknown' });
    expect(attempts).toBe(4);
  });

  describe('fails permanently', () => {
    const permanent = (code: PermanentStoreError['code']) => ({
      name: 'PermanentStoreError',
      code,
    });

    it('when the stream was deleted permanently', async () => {
      const writer = new StreamWriter();
      on.server.log.append(writer.stream, {
        id: '00000000-0000-4000-8000-000000000000',
        type: '$streamDeleted',
        contentType: 'application/json',
        data: new Uint8Array(),
        meta: new Uint8Array(),
      });
      await expect(first(writer)).rejects.toMatchObject(permanent('stream-deleted'));
      await expect(collect(on.store.readStream(writer.stream))).rejects.toMatchObject(
        permanent('stream-deleted'),
      );
    });

    it('when the server has a smaller maximum', async () => {
      const small = await EventStoreDbProtocolServer.start({ appendBytesMax: 5 });
      const store = new EventStoreDbEventStore(small.connectionString);
      await expect(first(new StreamWriter(), store)).rejects.toMatchObject(
        permanent('append-too-large'),
      );
      await store.close();
      await small.stop();
    });

    it.each([
      ['access is denied', 'access-denied', 'access-denied'],
      ['an argument is invalid', 'invalid-argument', 'misconfigured'],
    ] as const)('when %s', async (_what, as, code) => {
      on.injectFaults({ kind: 'error', as });
      await expect(first(new StreamWriter())).rejects.toMatchObject(permanent(code));
      expect(on.reports.unknown).toEqual([]);
    });
  });

  it('rejects appends after it was closed', async () => {
    await on.store.close();
    expect(await first(new StreamWriter())).toMatchObject({ kind: 'unknown' });
    await expect(on.store.head()).rejects.toThrow('closed');
    await on.store.follow(null, async () => {}, new AbortController().signal);
    expect(on.server.connectionCount).toBe(0);
  });
});

describe('The EventStoreDB adapter, on a server that returns no position for a repeat,', () => {
  const on = withStore({}, { repeatsCarryPosition: false });

  it('looks the position up in the stream', async () => {
    const writer = new StreamWriter();
    const events = await writer.append(on.store, 2);
    await writer.append(on.store);
    const [, second] = await collect(on.store.readStream(writer.stream));
    expect(await on.store.append(writer.stream, NO_STREAM, events)).toEqual({
      kind: 'ok',
      revision: 1,
      position: second?.position,
    });
  });
});

describe('The EventStoreDB adapter, when an answer is missing,', () => {
  const on = withStore({ deadlineMs: NEVER_MS });
  const first = (writer: StreamWriter) => on.store.append(writer.stream, NO_STREAM, writer.next());

  it.each([
    ['no answer after the commit', { kind: 'swallow-answer' }],
    ['a late answer', { kind: 'late-answer', afterMs: NEVER_MS }],
  ] as const)('finds the append in its stream: %s', async (_what, fault) => {
    on.injectFaults(fault);
    const writer = new StreamWriter();
    expect(await first(writer)).toEqual({
      kind: 'ok',
      revision: 0,
      position: await on.store.head(),
    });
    expect(on.reports).toEqual({ unknown: [], replaced: [], interrupted: [] });
  });
});

describe('The EventStoreDB adapter, at its deadline,', () => {
  const clock = new ManualClock();
  const on = withStore({
    deadlineMs: MANUAL_DEADLINE_MS,
    appendsInFlightMax: IN_FLIGHT_MAX,
    clock,
  });
  const first = (writer: StreamWriter) => on.store.append(writer.stream, NO_STREAM, writer.next());
  let arrived = 0;
  const injectFaults = (...faults: Parameters<typeof on.injectFaults>) => {
    arrived = 0;
    on.server.faults.append = () => {
      arrived += 1;
      return faults.shift();
    };
  };

  it.each([
    ['no answer', { kind: 'swallow' }],
    ['a late append', { kind: 'late-write', afterMs: NEVER_MS }],
  ] as const)('waits no longer than its deadline for %s', async (_what, fault) => {
    injectFaults(fault);
    const append = first(new StreamWriter());
    await eventually('it arrived', () => arrived === 1);
    await reachDeadline(clock, append);
    expect(await append).toMatchObject({ kind: 'unknown' });
    await eventually(
      'the connection recovers',
      async () => (await first(new StreamWriter())).kind === 'ok',
    );
  });

  it('answers in time while the network drops everything, and recovers afterwards', async () => {
    on.server.faults.blackHole = true;
    const appends = Array.from({ length: 3 * IN_FLIGHT_MAX }, () => first(new StreamWriter()));
    const all = Promise.all(appends);
    await reachDeadline(clock, Promise.race(appends));
    // Whoever waited to be sent is out of time as well, or is sent now and has a deadline of its own.
    await clock.advance(2 * MANUAL_DEADLINE_MS);
    for (const result of await all) expect(result.kind).toBe('unknown');
    on.server.faults.blackHole = false;
    await eventually(
      'the connection recovers',
      async () => (await first(new StreamWriter())).kind === 'ok',
    );
  });

  it('tolerates answers that arrive twice, late or never', async () => {
    injectFaults(
      { kind: 'double-answer' },
      { kind: 'late-answer', afterMs: 200 },
      { kind: 'swallow' },
    );
    expect(await first(new StreamWriter())).toMatchObject({ kind: 'ok' });
    expect(await first(new StreamWriter())).toMatchObject({ kind: 'ok' });
    const unanswered = first(new StreamWriter());
    await eventually('it arrived', () => arrived === 3);
    await reachDeadline(clock, unanswered);
    expect(await unanswered).toMatchObject({ kind: 'unknown' });
    await eventually(
      'the connection recovers',
      async () => (await first(new StreamWriter())).kind === 'ok',
    );
  });

  it('limits the appends in flight, and makes the others wait', async () => {
    let inFlight = 0;
    let most = 0;
    on.server.faults.append = () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      setTimeout(() => (inFlight -= 1), 8);
      return { kind: 'late-answer', afterMs: 10 };
    };
    const writers = Array.from({ length: 20 }, () => new StreamWriter(newStream()));
    const results = await Promise.all(writers.map(first));
    expect(results.map(({ kind }) => kind)).toEqual(writers.map(() => 'ok'));
    expect(most).toBeLessThanOrEqual(IN_FLIGHT_MAX);
    expect(most).toBeGreaterThan(1);
  });
});
