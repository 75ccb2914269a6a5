import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { ALICE, openTestApi, type TestApi } from '../testing/api-fixture.js';
import { handleClientError } from './connection-errors.js';

/** Everything that is received until the connection is closed. */
function textOf(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (bytes) => (text += bytes.toString()));
  return new Promise((resolve) => socket.once('close', () => resolve(text)));
}

interface Answer {
  readonly status: number;
  readonly headers: string;
  readonly body: unknown;
}

function answerIn(text: string): Answer {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [line = '', ...headers] = head.split('\r\n');
  return {
    status: Number(/^HTTP\/1\.1 (\d{3}) [A-Z]/.exec(line)?.[1]),
    headers: headers.join('\n').toLowerCase(),
    body: JSON.parse(body) as unknown,
  };
}

describe('input that is not a valid request', () => {
  let api: TestApi;
  let port: number;
  beforeAll(async () => {
    api = await openTestApi();
    await api.app.listen(0, '127.0.0.1');
    ({ port } = api.app.getHttpServer().address() as AddressInfo);
  });
  afterAll(() => api.close());

  async function ask(text: string): Promise<Answer> {
    const socket = connect(port, '127.0.0.1');
    const answer = textOf(socket);
    socket.on('error', () => undefined);
    socket.write(text);
    return answerIn(await answer);
  }

  const close = 'host: x\r\nconnection: close\r\n';

  it.each([
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['an unknown version', `GET / HTTP/9.9\r\n${close}\r\n`, 400],
    ['HTTP/2 without an upgrade', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['a handshake of TLS', '\u0016\u0003\u0001\u0002\u0000\u0001', 400],
    ['an unknown method', `STEAL / HTTP/1.1\r\n${close}\r\n`, 400],
    ['a header without a colon', `GET / HTTP/1.1\r\n${close}nonsense\r\n\r\n`, 400],
    [
      'two lengths',
      `POST / HTTP/1.1\r\n${close}content-length: 1\r\ncontent-length: 2\r\n\r\n`,
      400,
    ],
    [
      'an invalid chunked body',
      `POST /v1/commands/ExpirePoints HTTP/1.1\r\n${close}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n`,
      400,
    ],
    ['no host', 'GET /health/live HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    ['a tunnel', `CONNECT example.org:443 HTTP/1.1\r\n${close}\r\n`, 400],
    [
      'headers that are too large',
      `GET / HTTP/1.1\r\n${close}x: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
    ],
    ['an address that is too long', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n${close}\r\n`, 431],
    [
      'an expectation',
      `GET /v1/users/${ALICE}/balance HTTP/1.1\r\n${close}expect: the-impossible\r\n\r\n`,
      417,
    ],
  ])('is answered with a problem: %s', async (_, text, status) => {
    const answer = await ask(text);
    expect(answer.status).toBe(status);
    expect(answer.headers).toContain('content-type: application/problem+json');
    expect(answer.body).toMatchObject({
      type: expect.stringMatching(/^urn:points-ledger:problem:/) as string,
      title: expect.any(String) as string,
      status,
      detail: expect.any(String) as string,
    });
  });

  it('does not affect the next connection', async () => {
    const live = await fetch(`http://127.0.0.1:${port}/health/live`);
    expect(live.status).toBe(200);
  });
});

describe('a request that is not received in time', () => {
  it.each([
    [{}, 'is answered 408', 408],
    [
      { _httpMessage: { headersSent: true, req: { complete: false } } },
      'the connection is closed',
      null,
    ],
    [
      { _httpMessage: { headersSent: false, req: { complete: true } } },
      'the connection is closed',
      null,
    ],
  ])('%j: %s', async (state, _, status) => {
    const server = createServer((socket) => {
      Object.assign(socket, state);
      handleClientError({ code: 'ERR_HTTP_REQUEST_TIMEOUT' }, socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined);
    const text = await textOf(socket);
    if (status === null) expect(text).toBe('');
    else expect(answerIn(text)).toMatchObject({ status, body: { title: 'Request timeout' } });
    await new Promise((resolve) => server.close(resolve));
  });
});
