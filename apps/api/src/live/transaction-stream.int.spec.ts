import type { AddressInfo } from 'node:net';
import { MemoryReadTables } from '#read-model/testing';
import {
  ALICE,
  BOB,
  sendAccepted,
  bearer,
  eventually,
  openTestApi,
  read,
  type TestApi,
  type TokenClaims,
} from '../testing/api-fixture.js';

interface Event {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

/** Reads server-sent events as a page does. */
class Reader {
  readonly #decoder = new TextDecoder();
  #text = '';

  private constructor(
    readonly response: Response,
    private readonly abort: AbortController,
    private readonly chunks: ReadableStreamDefaultReader<Uint8Array> | undefined,
  ) {}

  static async open(
    api: TestApi,
    claims: TokenClaims = { sub: ALICE, roles: ['user'] },
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reader> {
    const { port } = api.app.getHttpServer().address() as AddressInfo;
    const abort = new AbortController();
    const response = await fetch(`http://127.0.0.1:${port}/v1/users/${ALICE}/transactions/stream`, {
      headers: { ...(await bearer(claims)), ...headers },
      signal: abort.signal,
    });
    return new Reader(response, abort, response.body?.getReader());
  }

  /** The next event, or null when the stream has ended. */
  async next(): Promise<Event | null> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end >= 0) {
        const event = eventIn(this.#text.slice(0, end));
        this.#text = this.#text.slice(end + 2);
        return event;
      }
      const chunk = await this.chunks?.read();
      if (chunk === undefined || chunk.done) return null;
      this.#text += this.#decoder.decode(chunk.value, { stream: true });
    }
  }

  /** The next event that is not `account`. */
  async nextRow(): Promise<Event | null> {
    for (;;) {
      const event = await this.next();
      if (event?.event !== 'account') return event;
    }
  }

  close(): void {
    this.abort.abort();
  }
}

const eventIn = (text: string): Event =>
  Object.fromEntries(
    text.split('\n').map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at) || 'comment', line.slice(at + 1).trimStart()];
    }),
  );

const amountIn = (event: Event | null): unknown =>
  (JSON.parse(event?.data ?? '{}') as { amount?: number }).amount;

describe('the stream of new rows', () => {
  let api: TestApi;
  const readers: Reader[] = [];

  const start = async (options: Parameters<typeof openTestApi>[0] = {}): Promise<void> => {
    api = await openTestApi(options);
    await api.app.listen(0, '127.0.0.1');
  };
  const open = async (claims?: TokenClaims, headers?: Record<string, string>): Promise<Reader> => {
    const reader = await Reader.open(api, claims, headers);
    readers.push(reader);
    return reader;
  };
  const recharge = async (id: string, points: number, user_id = ALICE): Promise<void> => {
    await sendAccepted(api, 'RechargePoints', id, { user_id, points, expires_at: null });
    await api.project();
  };

  afterEach(async () => {
    for (const reader of readers.splice(0)) reader.close();
    await api.close();
  });

  it('starts with new rows, and sends them without waiting for a heartbeat', async () => {
    await start();
    await recharge('r1', 1);
    const reader = await open();
    expect(reader.response.headers.get('content-type')).toMatch('text/event-stream');
    expect(reader.response.headers.get('cache-control')).toBe('no-store');
    expect(await reader.next()).toMatchObject({ event: 'open', id: '1.0.0' });
    await recharge('b1', 7, BOB);
    await recharge('r2', 2);
    const event = await reader.nextRow();
    expect(event).toMatchObject({ event: 'transaction', id: '3.1.0' });
    const page = await read(api, `/v1/users/${ALICE}/transactions?limit=1`);
    expect(JSON.parse(event?.data ?? '')).toEqual(page.json<{ items: unknown[] }>().items[0]);
  });

  it('resumes after the last seen row, without gaps or duplicates', async () => {
    await start();
    for (let i = 1; i <= 450; i += 1) await sendAccepted(api, 'RechargePoints', `r${i}`, of(i));
    await api.project();
    const reader = await open(undefined, { 'last-event-id': '10' });
    expect(await reader.next()).toMatchObject({ event: 'open', id: '10' });
    const seen = [];
    for (let i = 11; i <= 450; i += 1) seen.push((await reader.nextRow())?.id);
    expect(seen).toEqual(Array.from({ length: 440 }, (_, i) => `${i + 11}.${i + 10}.0`));
  });

  const of = (points: number) => ({ user_id: ALICE, points, expires_at: null });

  it('sends every row after row 0', async () => {
    await start();
    await recharge('r1', 5);
    const reader = await open(undefined, { 'last-event-id': '0' });
    await reader.next();
    expect(amountIn(await reader.nextRow())).toBe(5);
  });

  it('sends the revision of the account after its rows, and for events without rows', async () => {
    await start();
    await recharge('r1', 100);
    const reader = await open(undefined, { 'last-event-id': '0' });
    const nextEvent = async (): Promise<unknown> => {
      const event = await reader.next();
      return [event?.event, event?.event === 'account' ? event.data : event?.id];
    };
    expect(await nextEvent()).toEqual(['open', '0']);
    expect(await nextEvent()).toEqual(['transaction', '1.0.0']);
    expect(await nextEvent()).toEqual(['account', '{"revision":0}']);
    const video = { user_id: ALICE, points: 20, source_type: 'video', settle_within: 60 };
    await sendAccepted(api, 'ConsumePoints', 'c1', video);
    await api.project();
    expect(await nextEvent()).toEqual(['transaction', '2.1.0']);
    expect(await nextEvent()).toEqual(['account', '{"revision":1}']);
    const settlement = { user_id: ALICE, consumption_id: 'c1', points: 20 };
    await sendAccepted(api, 'SettleConsumption', 's1', settlement);
    await api.project();
    expect(await nextEvent()).toEqual(['account', '{"revision":2}']);
  });

  it('sends nothing about other accounts', async () => {
    await start();
    const reader = await open();
    await reader.next();
    await recharge('b1', 7, BOB);
    await recharge('r1', 1);
    expect(await reader.next()).toMatchObject({ event: 'transaction', id: '2.0.0' });
  });

  it('resumes after the same row when rows have got other ids', async () => {
    await start();
    for (let i = 1; i <= 5; i += 1) await sendAccepted(api, 'RechargePoints', `r${i}`, of(i));
    await api.project();
    const reader = await open(undefined, { 'last-event-id': '900.2.0' });
    expect(await reader.next()).toMatchObject({ event: 'open', id: '900.2.0' });
    expect((await reader.nextRow())?.id).toBe('4.3.0');
    expect((await reader.nextRow())?.id).toBe('5.4.0');
  });

  it('rejects a Last-Event-ID that names no row', async () => {
    await start();
    const reader = await open(undefined, { 'last-event-id': 'x' });
    expect(reader.response.status).toBe(400);
  });

  it('sends heartbeats while nothing happens', async () => {
    await start({ parts: { streams: { ...STREAMS, heartbeatMs: 20 } } });
    const reader = await open();
    await reader.next();
    expect(await reader.next()).toEqual({ comment: 'still here' });
    expect(await reader.next()).toEqual({ comment: 'still here' });
  });

  it('ends with an event when the token expires', async () => {
    await start({ parts: { streams: { ...STREAMS, heartbeatMs: 20 } } });
    const reader = await open({ sub: ALICE, roles: ['user'], seconds: 60 });
    await reader.next();
    api.clock.time += 61_000;
    let event = await reader.next();
    while (event !== null && event.event !== 'end') event = await reader.next();
    expect(event).toMatchObject({ event: 'end', data: '{"reason":"token-expired"}' });
    expect(await reader.next()).toBeNull();
  });

  it('is limited per subject, until one is closed', async () => {
    await start();
    for (let i = 0; i < STREAMS.subjectStreamsMax; i += 1) await (await open()).next();
    const more = await open();
    expect(more.response.status).toBe(429);
    expect(Number(more.response.headers.get('retry-after'))).toBeGreaterThan(0);
    readers[0]?.close();
    await eventually(async () => expect((await open()).response.status).toBe(200));
  });

  it('ends on shutdown', async () => {
    await start();
    const reader = await open();
    await reader.next();
    await api.close();
    // One that is cut off at the limit of the shutdown would reject.
    expect(await reader.next()).toBeNull();
  });

  it('ends when its rows cannot be read, and the error is reported', async () => {
    const tables = new MemoryReadTables();
    await start({ tables });
    const reader = await open();
    await reader.next();
    tables.transactionsAfter = () => Promise.reject(new Error('lost'));
    await recharge('r1', 1);
    await expect(reader.next()).rejects.toThrow();
    expect(api.reportedErrors).toMatchObject([{ message: 'lost' }]);
  });

  it('continues after polls that failed', async () => {
    const tables = new MemoryReadTables();
    await start({ tables });
    const reader = await open();
    await reader.next();
    const position = tables.position.bind(tables);
    let failed = 0;
    tables.position = () => {
      failed += 1;
      return Promise.reject(new Error('away'));
    };
    await eventually(() => expect(failed).toBeGreaterThan(1));
    tables.position = position;
    await recharge('r1', 9);
    expect(amountIn(await reader.next())).toBe(9);
  });
});

const STREAMS = { streamsMax: 10, subjectStreamsMax: 3, pollMs: 10, heartbeatMs: 600_000 };
