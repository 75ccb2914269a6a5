import {
  accountMoved,
  formatFieldErrors,
  parseWith,
  pointTransactionItem,
  type PointTransactionItem,
} from '#contracts';
import { RetryBudget, sleep, valueWithin, type Clock } from '#async';
import { isTemporary, type ApiResult, type Failure } from '../api/failure.js';
import { parseJson } from '../api/json.js';
import { RETRY_LIMITS } from '../api/retry-limits.js';
import { EventStreamParser, type ServerEvent } from './event-stream.js';

/** `stopped`: it does not reconnect by itself. */
export type LiveStatus = 'connecting' | 'live' | 'waiting' | 'stopped';

export interface FollowOptions {
  readonly open: (after: string, signal: AbortSignal) => Promise<ApiResult<Response>>;
  /** Receives the id of the last event, from which the stream can be resumed. */
  readonly onPosition: (position: string) => void;
  readonly onRows: (rows: readonly PointTransactionItem[]) => void;
  /** Receives the account's new revision, whether or not it added a row. */
  readonly onAccountChanged: (revision: number) => void;
  readonly onStatus: (status: LiveStatus) => void;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Timeout of a silent stream: the API sends a heartbeat every 15 s. */
export const SILENCE_MS_MAX = 40_000;

/**
 * Streams the new rows of one user, each once and in order, and reconnects with back-off until `signal`
 * aborts. Resolves with the position of the last event.
 */
export async function followRows(options: FollowOptions, after: string, signal: AbortSignal) {
  const { clock } = options;
  const retries = new RetryBudget(RETRY_LIMITS, options);
  let last = after;
  while (!signal.aborted) {
    options.onStatus('connecting');
    const connection = new AbortController();
    const anyAbort = AbortSignal.any([signal, connection.signal]);
    const result = await options.open(last, anyAbort);
    const failure = result.ok
      ? await readRows(result.value, options, (position) => {
          retries.succeeded();
          last = position;
          options.onPosition(position);
        })
      : result.failure;
    connection.abort();
    if (signal.aborted) return last;
    if (failure !== null && !isTemporary(failure)) break;
    const delayMs = retries.failed();
    if (delayMs === null) break;
    options.onStatus('waiting');
    await sleep(failure?.retryMs ?? delayMs, { signal, clock });
  }
  if (!signal.aborted) options.onStatus('stopped');
  return last;
}

/** Reads until the stream ends. Returns null when the connection was lost or fell silent. */
async function readRows(
  response: Response,
  options: FollowOptions,
  onPosition: (position: string) => void,
): Promise<Failure | null> {
  const chunks = response.body?.getReader();
  const decoder = new TextDecoder();
  const parser = new EventStreamParser();
  while (chunks !== undefined) {
    const chunk = await readChunk(chunks, options.clock);
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

/** null: the stream has ended, or was silent for too long. */
function readChunk(
  chunks: ReadableStreamDefaultReader<Uint8Array>,
  clock: Pick<Clock, 'after'>,
): Promise<Uint8Array | null> {
  const read = chunks.read().then(
    ({ value }) => value ?? null,
    () => null,
  );
  return valueWithin(read, SILENCE_MS_MAX, null, clock);
}

type Schema<T> = Parameters<typeof parseWith<T>>[0];

/** Parses the data of the events called `name`: the valid values, and the error of the first invalid one. */
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
