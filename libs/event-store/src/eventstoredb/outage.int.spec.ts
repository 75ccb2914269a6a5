import { jest } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDbProtocolServer, selfSigned, TcpProxy } from '#testing';
import { NO_STREAM } from '../index.js';
import { collect, readVerified } from '../testing/stream-writer.js';
import { EventStoreDbEventStore } from './eventstoredb-event-store.js';
import {
  appendUntilOk,
  eventually,
  StreamWriter,
  elapsedMs,
  withStore,
} from '../testing/eventstoredb-fixtures.js';
import { serverEventId } from './stored-form.js';

jest.setTimeout(30_000);

/** Long enough for gRPC's own back-off to grow longer than what a heal may take. */
const OUTAGE_MS = 3_200;

describe('the EventStoreDB adapter, when the server is away,', () => {
  const on = withStore({ deadlineMs: 1_500 });
  const reads = [
    ['a stream', () => collect(on.store.readStream(new StreamWriter().stream))],
    ['everything', () => on.store.readAll(null, 10)],
    ['the head', () => on.store.head()],
  ] as const;

  it('starts without it, and works when it comes', async () => {
    await on.server.stop();
    const writer = new StreamWriter();
    const started = new EventStoreDbEventStore(on.server.connectionString, { deadlineMs: 1_000 });
    const early = await started.append(writer.stream, NO_STREAM, writer.next());
    expect(early.kind).toBe('unknown');
    await expect(started.head()).rejects.toThrow();
    await on.server.start();
    await appendUntilOk(started, writer);
    await readVerified(started, writer.stream);
    await started.close();
  });

  it('goes on when it comes back, at once and without a restart', async () => {
    const writer = new StreamWriter();
    await writer.append(on.store);
    await on.server.stop();
    const away = performance.now();
    while (performance.now() - away < OUTAGE_MS) {
      const result = await on.store.append(writer.stream, writer.revision, writer.next());
      expect(result.kind).toBe('unknown');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await on.server.start();
    const took = await elapsedMs(() => appendUntilOk(on.store, writer));
    expect(took).toBeLessThan(1_000);
    expect(await readVerified(on.store, writer.stream)).toHaveLength(2);
  });

  it.each(reads)('fails in time reading %s, and reads again afterwards', async (_what, read) => {
    await on.server.stop();
    expect(await elapsedMs(() => expect(read()).rejects.toThrow())).toBeLessThan(3_000);
    await on.server.start();
    await read();
  });

  it.each(reads)('fails in time reading %s out of a black hole', async (_what, read) => {
    on.server.faults.blackHole = true;
    expect(
      await elapsedMs(() => expect(read()).rejects.toThrow('no event of a read within')),
    ).toBeLessThan(3_000);
    on.server.faults.blackHole = false;
    await read();
  });

  it('fails in time in the middle of a read that stalls, but not for a slow reader', async () => {
    const writer = new StreamWriter();
    await writer.append(on.store, 50);
    on.server.faults.read = () => ({ kind: 'stall', afterEvents: 20 });
    await expect(collect(on.store.readStream(writer.stream))).rejects.toThrow(
      'no event of a read within 1500 ms',
    );
    on.server.faults.read = undefined;
    const hurried = new EventStoreDbEventStore(on.server.connectionString, { deadlineMs: 200 });
    let read = 0;
    for await (const { revision } of hurried.readStream(writer.stream)) {
      expect(revision).toBe(read);
      read += 1;
      if (read === 2) await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(read).toBe(50);
    await hurried.close();
  });

  it('stops following at once, also out of a black hole', async () => {
    on.server.faults.blackHole = true;
    const stop = new AbortController();
    const patient = new EventStoreDbEventStore(on.server.connectionString);
    const followed = patient.follow(null, async () => {}, stop.signal);
    stop.abort();
    expect(await elapsedMs(() => followed)).toBeLessThan(1_000);
    await patient.close();
  });

  it('closes in time while calls are in progress', async () => {
    let hasArrived = false;
    on.server.faults.append = () => {
      hasArrived = true;
      return { kind: 'swallow' };
    };
    const writer = new StreamWriter();
    const append = on.store.append(writer.stream, NO_STREAM, writer.next());
    await eventually('it arrived', () => hasArrived);
    const followed = on.store.follow(null, async () => {}, new AbortController().signal);
    expect(await elapsedMs(() => on.store.close())).toBeLessThan(3_000);
    await followed;
    expect((await append).kind).toBe('unknown');
  });
});

describe('the EventStoreDB adapter, behind a connection that is cut or stalled,', () => {
  const on = withStore();
  let proxy: TcpProxy;
  let store: EventStoreDbEventStore;
  beforeEach(async () => {
    proxy = await TcpProxy.to(on.server.port);
    const url = proxy.through(on.server.connectionString);
    store = new EventStoreDbEventStore(url, { deadlineMs: 1_000 });
  });
  afterEach(async () => {
    await store.close();
    await proxy.close();
  });

  it.each(['before-request', 'half-request', 'after-request', 'before-answer'] as const)(
    'does not know what became of an append that was cut %s, and writes it once',
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

  it('answers in time while nothing moves, and heals when it does', async () => {
    const writer = new StreamWriter();
    await writer.append(store);
    const events = writer.next();
    const send = () => store.append(writer.stream, 0, events);
    proxy.stall();
    const took = await elapsedMs(async () => {
      const results = [send(), store.head()];
      expect((await Promise.allSettled(results)).map((r) => r.status)).toEqual([
        'fulfilled',
        'rejected',
      ]);
    });
    expect(took).toBeLessThan(2_000);
    proxy.resume();
    await eventually('it heals', async () => (await send()).kind === 'ok');
    expect(await readVerified(store, writer.stream)).toHaveLength(2);
  });
});

describe('the EventStoreDB adapter, in a cluster,', () => {
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

describe('the EventStoreDB adapter, over TLS,', () => {
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

  it('is let in with the credentials of its connection string', async () => {
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

  it('says that it may not come in, and does not try for ever', async () => {
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

  it('does not start with a certificate that is not there, and names it', () => {
    const missing = urlOf('admin:changeit', join(folder, 'none.pem'));
    expect(() => new EventStoreDbEventStore(missing)).toThrow('none.pem');
  });

  it('heals after a restart of the server', async () => {
    const store = new EventStoreDbEventStore(urlOf('admin:changeit'));
    const writer = new StreamWriter();
    await writer.append(store);
    await server.stop();
    await server.start();
    await eventually('it heals', async () => {
      await appendUntilOk(store, writer);
      return true;
    });
    expect(await readVerified(store, writer.stream)).toHaveLength(2);
    await store.close();
  });
});
