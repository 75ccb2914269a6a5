import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '#async/testing';
import { EventStoreDbProtocolServer, selfSigned, TcpProxy } from '#testing';
import { NO_STREAM, type RecordedEvent } from '../index.js';
import { collect, readVerified } from '../testing/stream-writer.js';
import { EventStoreDbEventStore } from './eventstoredb-event-store.js';
import {
  appendUntilOk,
  eventually,
  MANUAL_DEADLINE_MS,
  reachDeadline,
  StreamWriter,
  withStore,
} from '../testing/eventstoredb-fixtures.js';
import { serverEventId } from './stored-form.js';

describe('The EventStoreDB adapter, when the server is unreachable,', () => {
  const clock = new ManualClock();
  const on = withStore({ deadlineMs: MANUAL_DEADLINE_MS, clock });
  const reads = [
    ['a stream', () => collect(on.store.readStream(new StreamWriter().stream))],
    ['everything', () => on.store.readAll(null, 10)],
    ['the head', () => on.store.head()],
  ] as const;

  it('starts without it, and works once it is up', async () => {
    await on.server.stop();
    const writer = new StreamWriter();
    const started = new EventStoreDbEventStore(on.server.connectionString, { clock });
    const early = await started.append(writer.stream, NO_STREAM, writer.next());
    expect(early.kind).toBe('unknown');
    await expect(started.head()).rejects.toThrow();
    await on.server.start();
    await appendUntilOk(started, writer);
    await readVerified(started, writer.stream);
    await started.close();
  });

  // gRPC itself backs off for about a second after the first failure: without new connections the
  // first append would fail at once.
  it('works with the first append after it came back, without a restart', async () => {
    const writer = new StreamWriter();
    await writer.append(on.store);
    await on.server.stop();
    for (let n = 0; n < 20; n += 1) {
      const result = await on.store.append(writer.stream, writer.revision, writer.next());
      expect(result.kind).toBe('unknown');
    }
    await on.server.start();
    await writer.append(on.store);
    expect(await readVerified(on.store, writer.stream)).toHaveLength(2);
  });

  it.each(reads)('fails at once reading %s, and reads again afterwards', async (_what, read) => {
    await on.server.stop();
    await expect(read()).rejects.toThrow();
    await on.server.start();
    await read();
  });

  it.each(reads)(
    'fails in time when it reads %s and the network drops everything',
    async (_what, read) => {
      on.server.faults.blackHole = true;
      const failed = expect(read()).rejects.toThrow('no event of a read within');
      await eventually('it is waiting', () => clock.timers > 0);
      await reachDeadline(clock, failed);
      await failed;
      on.server.faults.blackHole = false;
      await read();
    },
  );

  it('fails in time in the middle of a read that stalls', async () => {
    const writer = new StreamWriter();
    await writer.append(on.store, 50);
    on.server.faults.read = () => ({ kind: 'stall', afterEvents: 20 });
    const read: RecordedEvent[] = [];
    const reading = (async () => {
      for await (const event of on.store.readStream(writer.stream)) read.push(event);
    })();
    const failed = expect(reading).rejects.toThrow(
      `no event of a read within ${MANUAL_DEADLINE_MS} ms`,
    );
    await eventually('it stalls', () => read.length === 20);
    await reachDeadline(clock, failed);
    await failed;
  });

  it('waits for a reader however slow it is', async () => {
    const writer = new StreamWriter();
    await writer.append(on.store, 50);
    let read = 0;
    for await (const { revision } of on.store.readStream(writer.stream)) {
      expect(revision).toBe(read);
      read += 1;
      if (read % 20 === 2) await clock.advance(10 * MANUAL_DEADLINE_MS);
    }
    expect(read).toBe(50);
  });

  it('stops following at once, also while the network drops everything', async () => {
    on.server.faults.blackHole = true;
    const stop = new AbortController();
    const followed = on.store.follow(null, async () => {}, stop.signal);
    stop.abort();
    await followed;
  });

  it('closes in time while calls are in progress', async () => {
    const store = new EventStoreDbEventStore(on.server.connectionString, {
      deadlineMs: MANUAL_DEADLINE_MS,
      clock,
    });
    let hasArrived = false;
    on.server.faults.append = () => {
      hasArrived = true;
      return { kind: 'swallow' };
    };
    const writer = new StreamWriter();
    const append = store.append(writer.stream, NO_STREAM, writer.next());
    await eventually('the call arrived', () => hasArrived);
    const followed = store.follow(null, async () => {}, new AbortController().signal);
    let isClosed = false;
    const closed = store.close().then(() => (isClosed = true));
    await followed;
    await eventually('it is closed', async () => {
      await clock.advance(MANUAL_DEADLINE_MS);
      return isClosed;
    });
    await closed;
    expect((await append).kind).toBe('unknown');
  });
});

describe('The EventStoreDB adapter, over a connection that is cut or stalled,', () => {
  const clock = new ManualClock();
  const on = withStore();
  let proxy: TcpProxy;
  let store: EventStoreDbEventStore;
  beforeEach(async () => {
    proxy = await TcpProxy.to(on.server.port);
    const url = proxy.through(on.server.connectionString);
    store = new EventStoreDbEventStore(url, { deadlineMs: MANUAL_DEADLINE_MS, clock });
  });
  afterEach(async () => {
    await store.close();
    await proxy.close();
  });

  it.each(['before-request', 'half-request', 'after-request', 'before-answer'] as const)(
    'reports an append that was cut %s as unknown, and writes it once',
    async (at) => {
      const writer = new StreamWriter();
      await writer.append(store);
      const events = writer.next(3);
      const cut = proxy.cutNext(at, (request) => request.includes(serverEventId(events[0].hash)));
      const send = () => store.append(writer.stream, 0, events);
      expect(await send()).toMatchObject({ kind: 'unknown' });
      await cut;
      expect(await send()).toMatchObject({ kind: 'ok', revision: 3 });
      expect(await readVerified(store, writer.stream)).toHaveLength(4);
    },
  );

  it('answers in time while the connection stalls, and recovers afterwards', async () => {
    const writer = new StreamWriter();
    await writer.append(store);
    const events = writer.next();
    const send = () => store.append(writer.stream, 0, events);
    proxy.stall();
    const settled = Promise.allSettled([send(), store.head()]);
    await reachDeadline(clock, settled);
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    proxy.resume();
    await eventually('the connection recovers', async () => (await send()).kind === 'ok');
    expect(await readVerified(store, writer.stream)).toHaveLength(2);
  });
});

describe('The EventStoreDB adapter, in a cluster,', () => {
  it('finds the leader by gossip when other nodes are down', async () => {
    const node = await EventStoreDbProtocolServer.start();
    const store = new EventStoreDbEventStore(`esdb://127.0.0.1:1,127.0.0.1:${node.port}?tls=false`);
    const writer = new StreamWriter();
    await appendUntilOk(store, writer);
    expect(await readVerified(store, writer.stream)).toHaveLength(1);
    await store.close();
    await node.stop();
  });
});

describe('The EventStoreDB adapter, over TLS,', () => {
  const tls = selfSigned();
  const server = new EventStoreDbProtocolServer({ tls });
  let folder = '';
  const urlOf = (user: string, ca = join(folder, 'ca.pem')) =>
    `esdb://${user}@localhost:${server.port}?tls=true&tlsCAFile=${encodeURIComponent(ca)}`;
  beforeAll(async () => {
    await server.start();
    folder = await mkdtemp(join(tmpdir(), 'esdb-tls-'));
    await writeFile(join(folder, 'ca.pem'), tls.cert);
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('is authenticated with the credentials of its connection string', async () => {
    const store = new EventStoreDbEventStore(urlOf('admin:changeit'));
    const writer = new StreamWriter();
    await writer.append(store, 3);
    await readVerified(store, writer.stream);
    const stop = new AbortController();
    let seen = 0;
    await store.follow(
      null,
      async ({ events }) => {
        seen += events.length;
        if (seen === 3) stop.abort();
      },
      stop.signal,
    );
    expect(seen).toBe(3);
    await store.close();
  });

  it('reports rejected credentials, and does not retry', async () => {
    const store = new EventStoreDbEventStore(urlOf('admin:wrong'));
    const denied = { name: 'PermanentStoreError', code: 'access-denied' };
    const writer = new StreamWriter();
    const append = store.append(writer.stream, NO_STREAM, writer.next());
    await expect(append).rejects.toMatchObject(denied);
    await expect(store.head()).rejects.toMatchObject(denied);
    const follow = store.follow(null, async () => {}, new AbortController().signal);
    await expect(follow).rejects.toMatchObject(denied);
    await store.close();
  });

  it('does not start with a missing certificate, and names it', () => {
    const missing = urlOf('admin:changeit', join(folder, 'none.pem'));
    expect(() => new EventStoreDbEventStore(missing)).toThrow('none.pem');
  });

  it('recovers after a restart of the server', async () => {
    const store = new EventStoreDbEventStore(urlOf('admin:changeit'));
    const writer = new StreamWriter();
    await writer.append(store);
    await server.stop();
    await server.start();
    await eventually('the connection recovers', async () => {
      await appendUntilOk(store, writer);
      return true;
    });
    expect(await readVerified(store, writer.stream)).toHaveLength(2);
    await store.close();
  });
});
