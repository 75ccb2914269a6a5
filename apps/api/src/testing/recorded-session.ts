import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';

// Records a session with the API byte for byte, to compare it with an earlier recording.

export interface SessionRequest {
  readonly name: string;
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** A stream does not end by itself, so that it is closed after this many events. */
  readonly eventsMax?: number;
  /** Only status and headers are compared for these answers, whose content other specs cover. */
  readonly withoutBody?: true;
}

export interface RecordedResponse {
  readonly name: string;
  readonly request: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Headers that Node sets, or that differ each time. */
const HEADERS_LEFT_OUT = ['connection', 'date', 'keep-alive', 'last-modified', 'etag'];
const PROBLEM = 'application/problem+json';

export async function exchange(port: number, step: SessionRequest): Promise<RecordedResponse> {
  const { name, method = 'GET', path, headers = {}, body } = step;
  const payload = payloadOf(body);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false });
    sent.once('response', resolve).once('error', reject).end(payload);
  });
  const text = await textOf(response, step.eventsMax);
  return {
    name,
    request: `${method} ${path.length > 120 ? `${path.slice(0, 120)}…` : path}`,
    status: response.statusCode ?? 0,
    headers: headersOf(response, step),
    body: step.withoutBody === true ? '' : withoutRandomValues(text, response),
  };
}

/** Sends text that is not a valid request, and reads the answer until the connection is closed. */
export async function exchangeRaw(
  port: number,
  name: string,
  text: string,
): Promise<RecordedResponse> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(text);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => socket.once('close', resolve));
  const [head = '', body = ''] = Buffer.concat(chunks).toString('utf8').split('\r\n\r\n');
  const [line = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines
      .map((one) => [one.slice(0, one.indexOf(':')).toLowerCase(), one.split(': ')[1] ?? ''])
      .filter(([key = '']) => !['content-length', 'date'].includes(key))
      .sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
  ) as Record<string, string>;
  const request = JSON.stringify(text.slice(0, 60));
  return { name, request, status: Number(line.split(' ')[1]), headers, body: withoutTexts(body) };
}

function payloadOf(body: unknown): string | Buffer | undefined {
  if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) return body;
  return JSON.stringify(body);
}

async function textOf(response: IncomingMessage, eventsMax?: number): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    if (eventsMax === undefined) continue;
    const events = Buffer.concat(chunks).toString('utf8').split('\n\n');
    if (events.length > eventsMax) return `${events.slice(0, eventsMax).join('\n\n')}\n\n`;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function headersOf(
  { headers, statusCode = 0 }: IncomingMessage,
  { withoutBody }: SessionRequest,
): Record<string, string> {
  const isVariable = withoutBody === true || statusCode >= 400;
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !HEADERS_LEFT_OUT.includes(name))
      .filter(([name]) => !(isVariable && name === 'content-length'))
      .map(([name, value]) => [name, String(value)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function withoutRandomValues(text: string, { headers }: IncomingMessage): string {
  const type = String(headers['content-type']);
  if (type.startsWith(PROBLEM)) return withoutTexts(text);
  return text
    .replaceAll(/"traceparent":"00-(\w{32})-\w{16}-(\w\w)"/g, '"traceparent":"00-$1-…-$2"')
    .replaceAll(/"hash":"\w{64}"/g, '"hash":"…"');
}

/** Titles, details and reasons are for people, and their wording may change. */
const withoutTexts = (text: string): string =>
  text
    .replaceAll(/"(title|detail|reason)":"(?:[^"\\]|\\.)+"/g, '"$1":"…"')
    .replaceAll(/"since":"[^"]+"/g, '"since":"…"');
