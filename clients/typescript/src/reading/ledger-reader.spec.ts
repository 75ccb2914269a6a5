import { ManualClock } from '../spec-support/manual-clock.js';
import { LedgerReader } from './ledger-reader.js';
import { ReadError, ReadTimeoutError } from './read-error.js';

const USER = '0a11ce00-0000-4000-8000-000000000001';

const row = (id: number) => ({
  ...{ id, row_ref: `r${id}.0`, user_id: USER, type: 'consume', amount: 1 },
  ...{ balance_before: 2, balance_after: 1, source_type: 'script', source_id: null, batch_id: 7 },
  ...{ duration: null, description: '【脚本】' },
  ...{ created_at: '2030-06-01T00:00:00.000Z', updated_at: '2030-06-01T00:01:00.000Z' },
});

const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers });

function readerOf(...answers: readonly Response[]) {
  const asked: URL[] = [];
  const left = [...answers];
  const clock = new ManualClock();
  const reader = new LedgerReader({
    url: 'http://ledger.example',
    token: 'token',
    clock,
    fetch: async (url) => {
      asked.push(new URL(url instanceof Request ? url.url : url));
      const answer = left.shift();
      if (answer === undefined) throw new TypeError('fetch failed');
      return answer;
    },
  });
  return { reader, asked, clock };
}

describe('a reader of accounts', () => {
  it('gives the rows of all pages one by one, and asks for a page when it is needed', async () => {
    const { reader, asked } = readerOf(
      json({ items: [row(3), row(2)], next_cursor: 'a b' }),
      json({ items: [row(1)], next_cursor: null }),
    );
    const from = new Date('2030-06-01T00:00:00.000Z');
    const rows = reader.transactions(USER, { source_type: 'script', from, min_position: 'p:1' });
    expect((await rows.next()).value).toEqual({
      ...row(3),
      created_at: new Date('2030-06-01T00:00:00.000Z'),
      updated_at: new Date('2030-06-01T00:01:00.000Z'),
    });
    expect(asked).toHaveLength(1);
    const ids: number[] = [];
    for await (const { id } of rows) ids.push(id);
    expect(ids).toEqual([2, 1]);
    expect(Object.fromEntries(asked[1]?.searchParams ?? [])).toEqual({
      limit: '100',
      source_type: 'script',
      from: '2030-06-01T00:00:00.000Z',
      min_position: 'p:1',
      cursor: 'a b',
    });
  });

  it('gives times as Dates, and leaves null as it is', async () => {
    const { reader } = readerOf(
      json({
        user_id: USER,
        balance: 5,
        held: 0,
        owed: 0,
        position: null,
        at: '2030-06-01T00:00:00.000Z',
      }),
      json({ items: [{ batch_id: 1, expires_at: null, created_at: '2030-06-01T00:00:00.000Z' }] }),
    );
    const { at } = await reader.balance(USER, { at: '2030-06-01T00:00:00Z' });
    expect(at).toEqual(new Date('2030-06-01T00:00:00.000Z'));
    expect(await reader.batches(USER)).toEqual([
      { batch_id: 1, expires_at: null, created_at: new Date('2030-06-01T00:00:00.000Z') },
    ]);
  });

  it('tells the story of a row, whose stored event keeps its texts', async () => {
    const event = { revision: 1, at: '2030-06-01T00:00:00.000Z' };
    const { reader } = readerOf(
      json({
        transaction: row(1),
        event,
        command: {
          id: 'c',
          source: '/s',
          type: 'ConsumePoints',
          received_at: event.at,
          metadata: { at: 'x' },
        },
        consumption: {
          opened_at: event.at,
          closed_at: null,
          settle_by: event.at,
          transactions: [row(1)],
        },
        recharge: null,
        refunds: [row(2)],
        parked: { since: event.at, code: 'unreadable-record' },
      }),
    );
    const story = await reader.story(USER, 'r1.0');
    expect(story.event).toEqual(event);
    expect(story.command.received_at).toEqual(new Date(event.at));
    expect(story.command.metadata).toEqual({ at: 'x' });
    expect(story.consumption?.settle_by).toEqual(new Date(event.at));
    expect(story.consumption?.transactions[0]?.created_at).toBeInstanceOf(Date);
    expect(story.refunds[0]?.updated_at).toBeInstanceOf(Date);
    expect(story.parked?.since).toEqual(new Date(event.at));
  });

  it('waits as long as Retry-After says, and reads again', async () => {
    const { reader, asked, clock } = readerOf(
      json({ type: 'urn:points-ledger:problem:not-yet' }, 503, { 'retry-after': '1' }),
      json({ items: [] }),
    );
    const reading = reader.usage(USER, { group_by: 'day' });
    await clock.advance(1_000);
    expect(await reading).toEqual([]);
    expect(asked).toHaveLength(2);
  });

  it('throws what no repeat can change, with the name of the problem', async () => {
    const problem = { type: 'urn:points-ledger:problem:account-parked', detail: 'It is parked.' };
    const { reader } = readerOf(json(problem, 409));
    const error: unknown = await reader.balance(USER).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ReadError);
    expect(error).toMatchObject({
      status: 409,
      problem: 'account-parked',
      message: 'It is parked.',
    });
  });

  it('gives up when its time is over', async () => {
    const { reader, clock } = readerOf();
    const reading = expect(reader.balance(USER, {}, { timeoutMs: 2_000 })).rejects.toThrow(
      ReadTimeoutError,
    );
    await clock.advance(2_000);
    await reading;
    expect(clock.waiting).toBe(0);
  });

  it('stops when its caller does', async () => {
    const { reader, clock } = readerOf();
    const stop = new AbortController();
    const reading = expect(reader.balance(USER, {}, { signal: stop.signal })).rejects.toThrow(
      'stopped',
    );
    await clock.advance(10);
    stop.abort(new Error('stopped'));
    await reading;
  });

  it('knows that an answer is not remembered', async () => {
    const { reader, asked } = readerOf(json({}, 404));
    const name = { user_id: USER, command_source: '/tts', command_id: 'a&b' };
    expect(await reader.outcome(name)).toBeNull();
    expect(Object.fromEntries(asked[0]?.searchParams ?? [])).toEqual(name);
  });
});

/** A stream that ends, or breaks, after its chunks. */
function stream(chunks: readonly string[], breaks = false): Response {
  const left = [...chunks];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = left.shift();
      if (chunk !== undefined) controller.enqueue(new TextEncoder().encode(chunk));
      else if (breaks) controller.error(new Error('the connection is lost'));
      else controller.close();
    },
  });
  return new Response(body, { status: 200 });
}

const told = (id: number): string =>
  `id: ${id}.${id}.0\nevent: transaction\ndata: ${JSON.stringify(row(id))}\n\n`;

describe('live rows', () => {
  function live(...answers: readonly Response[]) {
    const asked: (string | null)[] = [];
    const left = [...answers];
    const clock = new ManualClock();
    const stop = new AbortController();
    const reader = new LedgerReader({
      url: 'http://ledger.example',
      token: 'token',
      clock,
      fetch: async (_, init) => {
        asked.push(new Headers(init?.headers).get('last-event-id'));
        const answer = left.shift();
        if (answer === undefined) throw new TypeError('fetch failed');
        return answer;
      },
    });
    return { asked, clock, stop, events: reader.live(USER, { signal: stop.signal }) };
  }

  it('go on behind the last one after the connection broke or ended, none twice', async () => {
    const { asked, clock, stop, events } = live(
      stream(
        [
          'retry: 1000\nid: 4.4.0\nevent: open\ndata: {}\n\n',
          told(5).slice(0, 20),
          told(5).slice(20),
        ],
        true,
      ),
      stream([`${told(6)}event: end\ndata: {"reason":"token-expired"}\n\n`]),
      stream([`: still here\n\n${told(7)}event: account\ndata: {"revision":7}\n\n`]),
    );
    const heard: unknown[] = [];
    const reading = (async () => {
      for await (const event of events) {
        heard.push(event.type === 'transaction' ? event.transaction.id : event.revision);
        if (event.type === 'account') stop.abort();
      }
    })();
    await clock.advance(10_000);
    await reading;
    expect(heard).toEqual([5, 6, 7, 7]);
    expect(asked).toEqual([null, '5.5.0', '6.6.0']);
    expect(clock.waiting).toBe(0);
  });

  it('wait as long as the API says when it has too many streams', async () => {
    const { asked, clock, events } = live(json({}, 429, { 'retry-after': '5' }), stream([told(1)]));
    const first = events.next();
    await clock.advance(4_999);
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    expect((await first).value).toMatchObject({ type: 'transaction', id: '1.1.0' });
    await events.return(undefined);
  });

  it('are read again after a minute at most, and never without a pause', async () => {
    const { asked, clock, events } = live(
      json({}, 503, { 'retry-after': '86400' }),
      json({}, 503, { 'retry-after': '0' }),
      stream(['retry: 0\ndata: {}\n\n']),
      stream([told(1)]),
    );
    const first = events.next();
    await clock.advance(60_000);
    expect(asked).toHaveLength(2);
    await clock.advance(99);
    expect(asked).toHaveLength(2);
    await clock.advance(1);
    expect(asked).toHaveLength(3);
    await clock.advance(100);
    expect((await first).value).toMatchObject({ id: '1.1.0' });
    await events.return(undefined);
    expect(clock.waiting).toBe(0);
  });

  it('are read again where the connection says nothing any more', async () => {
    let isCancelled = false;
    const silent = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(told(5))),
      cancel: () => void (isCancelled = true),
    });
    const { asked, clock, events } = live(new Response(silent), stream([told(6)]));
    expect((await events.next()).value).toMatchObject({ id: '5.5.0' });
    const next = events.next();
    await clock.advance(60_000);
    expect(isCancelled).toBe(true);
    await clock.advance(1_000);
    expect((await next).value).toMatchObject({ id: '6.6.0' });
    expect(asked).toEqual([null, '5.5.0']);
    await events.return(undefined);
    expect(clock.waiting).toBe(0);
  });

  it('end with what no repeat can change', async () => {
    const { events } = live(json({ detail: 'The token does not permit this.' }, 403));
    await expect(events.next()).rejects.toThrow('does not permit');
  });

  it('leave nothing open when their reader leaves', async () => {
    const { clock, events } = live(stream([told(1), told(2)]));
    for await (const event of events) {
      expect(event.id).toBe('1.1.0');
      break;
    }
    expect(clock.waiting).toBe(0);
  });
});
