import {
  accountMoved,
  formatFieldErrors,
  parseWith,
  pointTransactionItem,
  type PointTransactionItem,
} from '#contracts';
import { backOffMs } from '../api/back-off.js';
import { isTemporary, type ApiResult, type Failure } from '../api/failure.js';
import { ServerEvents, type ServerEvent } from './server-events.js';

/** `stopped`: it will not come again by itself. */
export type LiveStatus = 'connecting' | 'live' | 'waiting' | 'stopped';

export interface FollowOptions {
  readonly open: (after: string, signal: AbortSignal) => Promise<ApiResult<Response>>;
  /** The id of the last event: where to go on from. */
  readonly onPosition: (position: string) => void;
  readonly onRows: (rows: readonly PointTransactionItem[]) => void;
  /** The account has come to that revision, whether or not it made a row. */
  readonly onAccountChanged: (revision: number) => void;
  readonly onStatus: (status: LiveStatus) => void;
  /** Resolves after that time, or at once when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** In [0, 1). */
  readonly random: () => number;
}

const BACK_OFF = { msMin: 1_000, msMax: 30_000 };
/** In a row, without one event in between: some ten minutes. */
export const ATTEMPTS_MAX = 25;
/** The API beats every 15 s: who says nothing for that long is gone, though nobody told us. */
export const SILENCE_MS_MAX = 40_000;

/** New rows of one user, each once and in order, through every cut, until the signal aborts. */
export async function followRows(options: FollowOptions, after: string, signal: AbortSignal) {
  let last = after;
  let failures = 0;
  while (!signal.aborted && failures < ATTEMPTS_MAX) {
    options.onStatus('connecting');
    const connection = new AbortController();
    const anyAbort = AbortSignal.any([signal, connection.signal]);
    const result = await options.open(last, anyAbort);
    const failure = result.ok
      ? await readRows(result.value, options, connection, (position) => {
          failures = 0;
          last = position;
          options.onPosition(position);
        })
      : result.failure;
    connection.abort();
    if (signal.aborted) return last;
    if (failure !== null && !isTemporary(failure)) break;
    options.onStatus('waiting');
    await options.sleep(
      failure?.retryMs ?? backOffMs(failures, BACK_OFF, options.random()),
      signal,
    );
    failures += 1;
  }
  if (!signal.aborted) options.onStatus('stopped');
  return last;
}

/** Until the stream ends, however it does. null: it was cut. */
async function readRows(
  response: Response,
  options: FollowOptions,
  connection: AbortController,
  onPosition: (position: string) => void,
): Promise<Failure | null> {
  const chunks = response.body?.getReader();
  const decoder = new TextDecoder();
  const parser = new ServerEvents();
  while (chunks !== undefined) {
    const chunk = await readChunk(chunks, options, connection);
    if (chunk === null) return null;
    const events = parser.read(decoder.decode(chunk, { stream: true }));
    for (const { event, id } of events) {
      if (event === 'open') options.onStatus('live');
      if (event === 'open' && id !== null) onPosition(id);
    }
    const rows = parseEvents(events, 'transaction', pointTransactionItem);
    const last = events.filter(({ event }) => event === 'transaction').at(-1);
    if (rows.error === undefined && last?.id != null) onPosition(last.id);
    if (rows.values.length > 0) options.onRows(rows.values);
    const changes = parseEvents(events, 'account', accountMoved);
    const change = changes.values.at(-1);
    if (change !== undefined) options.onAccountChanged(change.revision);
    const error = rows.error ?? changes.error;
    if (error !== undefined) return { kind: 'broken', detail: error };
  }
  return null;
}

async function readChunk(
  chunks: ReadableStreamDefaultReader<Uint8Array>,
  { sleep }: FollowOptions,
  connection: AbortController,
): Promise<Uint8Array | null> {
  const received = new AbortController();
  const silence = sleep(SILENCE_MS_MAX, received.signal).then(() => {
    if (!received.signal.aborted) connection.abort();
    return null;
  });
  const read = chunks.read().then(
    ({ value }) => value ?? null,
    () => null,
  );
  const chunk = await Promise.race([read, silence]);
  received.abort();
  return chunk;
}

type Schema<T> = Parameters<typeof parseWith<T>>[0];

/** What the events of that name bring; and what is wrong with the first that brings something else. */
function parseEvents<T>(events: readonly ServerEvent[], name: string, schema: Schema<T>) {
  const parsed = events
    .filter(({ event }) => event === name)
    .map(({ data }) => parseWith(schema, parseJson(data)));
  const invalid = parsed.find(({ ok }) => !ok);
  return {
    values: parsed.flatMap((one) => (one.ok ? [one.value] : [])),
    error:
      invalid === undefined || invalid.ok
        ? undefined
        : `${name}: ${formatFieldErrors(invalid.errors)}`,
  };
}

/** undefined, which no schema takes: it is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
