import { rowOf } from '../testing/row-builder.js';
import { ApiClient } from './api-client.js';
import { LedgerApi } from './ledger-api.js';

const ALICE = '0a11ce00-0000-4000-8000-000000000001';
const { signal } = new AbortController();

interface SentRequest {
  readonly url: string;
  readonly headers: Headers;
}

function apiAnswering(respond: () => Response | Promise<Response>) {
  const requests: SentRequest[] = [];
  let unauthorized = 0;
  const client = new ApiClient({
    token: 'a.b.c',
    fetch: async (url, init) => {
      requests.push({
        url: typeof url === 'string' ? url : '',
        headers: new Headers(init?.headers),
      });
      return respond();
    },
    onUnauthorized: () => void (unauthorized += 1),
  });
  const api = new LedgerApi(client, ALICE);
  return { api, requests, unauthorizedCount: () => unauthorized };
}

const json = (body: unknown): Response => new Response(JSON.stringify(body));

describe('LedgerApi', () => {
  it('sends the token and the filters', async () => {
    const { api, requests } = apiAnswering(() => json({ items: [rowOf(3)], next_cursor: 'more' }));
    const result = await api.transactions({ type: 'consume', limit: '50' }, signal);
    expect(result).toEqual({ ok: true, value: { items: [rowOf(3)], next_cursor: 'more' } });
    expect(requests[0]?.url).toBe(`/v1/users/${ALICE}/transactions?type=consume&limit=50`);
    expect(requests[0]?.headers.get('authorization')).toBe('Bearer a.b.c');
  });

  it('rejects an answer of another shape and names the field', async () => {
    const { api } = apiAnswering(() =>
      json({ items: [{ ...rowOf(3), amount: 1.5 }], next_cursor: null }),
    );
    const result = await api.transactions({}, signal);
    expect(result).toMatchObject({ ok: false, failure: { kind: 'broken' } });
    expect(JSON.stringify(result)).toContain('items.0.amount');
  });

  it('rejects an answer that is not JSON', async () => {
    const { api } = apiAnswering(() => new Response('<html>'));
    expect(await api.balance(signal)).toMatchObject({ failure: { kind: 'broken' } });
  });

  it('reports the service as unavailable when the network fails', async () => {
    const { api } = apiAnswering(() => Promise.reject(new TypeError('Failed to fetch')));
    expect(await api.batches(signal)).toEqual({
      ok: false,
      failure: { kind: 'away', retryMs: null },
    });
  });

  it('reports once that a token is rejected', async () => {
    const { api, unauthorizedCount } = apiAnswering(() => new Response('', { status: 401 }));
    expect(await api.story('r1.0', signal)).toEqual({ ok: false, failure: { kind: 'expired' } });
    expect(unauthorizedCount()).toBe(1);
  });

  it('streams new rows after the last event received', async () => {
    const { api, requests } = apiAnswering(() => new Response(''));
    await api.rowStream('41', signal);
    expect(requests[0]?.url).toBe(`/v1/users/${ALICE}/transactions/stream`);
    expect(requests[0]?.headers.get('last-event-id')).toBe('41');
  });

  it('requests usage by day and business, and the state at a revision or now', async () => {
    const { api, requests } = apiAnswering(() => json({ items: [] }));
    await api.usage({ tz: 'Asia/Shanghai' }, signal);
    await api.state(7, signal);
    await api.state(null, signal);
    expect(requests.map(({ url }) => url.replace(`/v1/users/${ALICE}/`, ''))).toEqual([
      'usage?tz=Asia%2FShanghai&group_by=day%2Csource_type',
      'state?revision=7',
      'state',
    ]);
  });
});
