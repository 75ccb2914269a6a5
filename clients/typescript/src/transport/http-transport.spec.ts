import { prepareCommand } from '../protocol/command.js';
import { ClientClosedError } from '../protocol/errors.js';
import { ManualClock, settle } from '../spec-support/manual-clock.js';
import { LedgerClient } from '../client/ledger-client.js';
import { NotPublishedError, httpTransport, type HttpTransportOptions } from './http-transport.js';

const USER = '0a11ce00-0000-4000-8000-000000000001';

interface Seen {
  readonly url: string;
  readonly headers: Headers;
  readonly body: unknown;
}

const outcome = {
  command_id: 'job-1',
  command_source: 'api:svc',
  command_type: 'ExpirePoints',
  user_id: USER,
  status: 'accepted',
  balance: 5,
};

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers });

/** An API that answers what a spec says, and keeps what it was asked. */
class ScriptedApi {
  readonly seen: Seen[] = [];
  readonly #answers: (() => Response | Promise<Response>)[] = [];

  answer(...answers: readonly (() => Response | Promise<Response>)[]): this {
    this.#answers.push(...answers);
    return this;
  }

  readonly fetch: typeof fetch = async (url, init) => {
    this.seen.push({
      url: url instanceof Request ? url.url : String(url),
      headers: new Headers(init?.headers),
      body: init?.body,
    });
    const answer = this.#answers.shift();
    if (answer === undefined) throw new Error('no answer is left');
    const { signal } = init ?? {};
    return new Promise<Response>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
      Promise.resolve(answer()).then(resolve, reject);
    });
  };
}

function open(
  api: ScriptedApi,
  more: Partial<Omit<HttpTransportOptions, 'clock'>> = {},
  clock = new ManualClock(),
) {
  const transport = httpTransport({
    url: 'http://ledger.example/',
    token: 'a-token',
    subject: 'svc',
    fetch: api.fetch,
    clock,
    ...more,
  });
  return { clock, transport, client: new LedgerClient({ transport, clock }) };
}

const expire = { user_id: USER };
const never = (): Promise<Response> => new Promise(() => undefined);
const ok = (): Response => json(200, outcome);
const tokenOf = ({ headers }: Seen): string | null => headers.get('authorization');

/** A token that tells when it expires. */
const expiring = (name: string, seconds: number): string =>
  [name, Buffer.from(JSON.stringify({ exp: seconds })).toString('base64url'), 'signature'].join(
    '.',
  );

describe('a command over HTTP', () => {
  it('is posted with its id, its token and its bytes', async () => {
    const api = new ScriptedApi().answer(ok);
    const { client } = open(api);
    expect(client.source).toBe('api:svc');
    expect(await client.expire(expire, { id: '任务 1' })).toMatchObject({
      status: 'accepted',
      balance: 5,
    });
    const [seen] = api.seen;
    expect(seen?.url).toBe('http://ledger.example/v1/commands/ExpirePoints');
    expect(seen?.body).toBe(JSON.stringify(expire));
    expect(seen && tokenOf(seen)).toBe('Bearer a-token');
    const key = Buffer.from(seen?.headers.get('idempotency-key') ?? '', 'latin1').toString('utf8');
    expect(key).toBe('"任务 1"');
  });

  it('waits for a token as it waits for an answer, and no longer than it may', async () => {
    let failures = 2;
    const token = (): string => {
      failures -= 1;
      if (failures < 0) return 'a-token';
      throw new Error('there are no tokens now');
    };
    const later = open(new ScriptedApi().answer(ok), { token });
    const call = later.client.expire(expire);
    await later.clock.advance(1_000);
    expect(await call).toMatchObject({ status: 'accepted' });
    const api = new ScriptedApi();
    const hanging = open(api, { token: () => new Promise<string>(() => undefined) });
    const late = hanging.client.expire(expire, { timeoutMs: 2_000 });
    await hanging.clock.advance(2_000);
    expect(await late).toMatchObject({ status: 'unknown' });
    expect(api.seen).toEqual([]);
    expect(hanging.clock.waiting).toBe(0);
  });

  it('waits as long as Retry-After says', async () => {
    const api = new ScriptedApi().answer(() => json(503, {}, { 'retry-after': '2' }), ok);
    const { client, clock } = open(api);
    const call = client.expire(expire);
    await clock.advance(1_999);
    expect(api.seen).toHaveLength(1);
    await clock.advance(1);
    expect(await call).toMatchObject({ status: 'accepted' });
  });

  it('is sent again when no answer comes, with the same key and the same body', async () => {
    const refused = (): Response => {
      throw new TypeError('fetch failed');
    };
    const api = new ScriptedApi().answer(refused, never, ok);
    const { client, clock } = open(api, { requestMsMax: 1_000 });
    const call = client.expire(expire);
    await clock.advance(3_000);
    expect(await call).toMatchObject({ status: 'accepted' });
    const keys = api.seen.map(({ headers, body }) => [headers.get('idempotency-key'), body]);
    expect(keys).toHaveLength(3);
    expect(new Set(keys.map(String)).size).toBe(1);
    expect(clock.waiting).toBe(0);
  });

  it('is unknown when the API never answers', async () => {
    const api = new ScriptedApi().answer(...Array<() => Promise<Response>>(40).fill(never));
    const { client, clock } = open(api, { requestMsMax: 1_000 });
    const call = client.expire(expire, { timeoutMs: 5_000 });
    await clock.advance(6_000);
    expect(await call).toMatchObject({ status: 'unknown' });
  });

  it('gets a new token once where one is not accepted', async () => {
    const tokens = ['old', 'new'];
    const api = new ScriptedApi().answer(() => json(401, {}), ok);
    const { client } = open(api, { token: () => tokens.shift() ?? 'none' });
    expect(await client.expire(expire)).toMatchObject({ status: 'accepted' });
    expect(api.seen.map(tokenOf)).toEqual(['Bearer old', 'Bearer new']);
  });

  it('fails where the new token is not accepted either', async () => {
    const api = new ScriptedApi().answer(
      () => json(401, {}),
      () => json(401, { detail: 'Unknown key.' }),
    );
    let count = 0;
    const { client } = open(api, { token: () => `token-${(count += 1)}` });
    await expect(client.expire(expire)).rejects.toThrow('Unknown key.');
  });

  it('gets a new token before the old one expires, one for all calls', async () => {
    const clock = new ManualClock();
    const seconds = clock.now() / 1_000;
    const tokens = [expiring('first', seconds + 60), expiring('second', seconds + 600)];
    let asked = 0;
    const api = new ScriptedApi().answer(ok, ok, ok);
    const token = async (): Promise<string> => {
      asked += 1;
      return tokens.shift() ?? 'none';
    };
    const { client } = open(api, { token }, clock);
    await client.expire(expire);
    await clock.advance(31_000);
    await Promise.all([client.expire(expire), client.expire(expire)]);
    expect(api.seen.map((seen) => tokenOf(seen)?.split('.')[0])).toEqual([
      'Bearer first',
      'Bearer second',
      'Bearer second',
    ]);
    expect(asked).toBe(2);
  });

  it('waits for others where as many are sent as may be', async () => {
    const gates: (() => void)[] = [];
    const gated = (): Promise<Response> =>
      new Promise((resolve) => gates.push(() => resolve(ok())));
    const api = new ScriptedApi().answer(gated, gated, gated);
    const { client } = open(api, { requestsMax: 2 });
    const calls = [1, 2, 3].map(() => client.expire(expire));
    await settle();
    expect(api.seen).toHaveLength(2);
    gates[0]?.();
    await settle();
    expect(api.seen).toHaveLength(3);
    for (const go of gates) go();
    expect(await Promise.all(calls)).toHaveLength(3);
  });

  it('is unknown in time also where it waits for others', async () => {
    const api = new ScriptedApi().answer(never);
    const { client, clock } = open(api, { requestsMax: 1 });
    const calls = [client.expire(expire), client.expire(expire, { timeoutMs: 1_000 })];
    await clock.advance(1_000);
    expect(await calls[1]).toMatchObject({ status: 'unknown' });
    const stop = new AbortController();
    const stopped = client.expire(expire, { signal: stop.signal });
    stop.abort(new Error('stopped'));
    expect(await stopped).toMatchObject({ status: 'unknown' });
    expect(api.seen).toHaveLength(1);
  });

  it('gets a token although its provider hung once', async () => {
    let asked = 0;
    const token = (): string | Promise<string> =>
      (asked += 1) === 1 ? new Promise<string>(() => undefined) : 'a-token';
    const { client, clock } = open(new ScriptedApi().answer(ok), { token });
    const call = client.expire(expire);
    await clock.advance(11_000);
    expect(await call).toMatchObject({ status: 'accepted' });
  });

  it('that is published resolves when it is carried out or refused', async () => {
    const refusal = { ...outcome, status: 'refused', code: 'NoPrice' };
    const api = new ScriptedApi().answer(
      () => json(503, {}, { 'retry-after': '1' }),
      () => json(422, { code: 'NoPrice', outcome: refusal }),
      () => json(500, { detail: 'An unexpected error occurred.' }),
    );
    const { client, clock, transport } = open(api);
    const command = prepareCommand('ExpirePoints', expire, transport.source);
    const publishing = client.publish(command);
    await clock.advance(1_000);
    await publishing;
    await expect(client.publish(command)).rejects.toThrow(NotPublishedError);
  });

  it('in flight is answered before the client closes, and later ones are not sent', async () => {
    let go = (): void => undefined;
    const api = new ScriptedApi().answer(
      () => new Promise((resolve) => (go = () => resolve(ok()))),
    );
    const { client, clock } = open(api);
    const call = client.expire(expire);
    await settle();
    const closing = client.close();
    await expect(client.expire(expire)).rejects.toThrow(ClientClosedError);
    go();
    expect(await call).toMatchObject({ status: 'accepted' });
    await closing;
    expect(clock.waiting).toBe(0);
  });

  it('that is not answered when the client closes is unknown', async () => {
    const api = new ScriptedApi().answer(never);
    const { client, clock } = open(api);
    const call = client.expire(expire);
    await settle();
    const closing = client.close({ timeoutMs: 100 });
    await clock.advance(100);
    await closing;
    expect(await call).toMatchObject({ status: 'unknown' });
    expect(clock.waiting).toBe(0);
  });
});
