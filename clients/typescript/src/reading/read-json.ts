import { parseRetryAfter } from '../protocol/decision.js';
import { parseJson } from '../protocol/outcome.js';
import { waitMsOf } from '../support/backoff.js';
import { sleep, type Clock } from '../support/clock.js';
import { messageOf } from '../support/log.js';
import { HttpCaller, NoAnswerError } from '../transport/http-call.js';
import { ReadError, ReadTimeoutError } from './read-error.js';

export interface ReadOptions {
  /** How long to wait for the answer, with all repeats. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface ReadRequest {
  readonly path: string;
  /** Text, numbers and Dates by name. */
  readonly query?: object;
  readonly body?: object;
}

export interface ReadContext {
  readonly http: HttpCaller;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

const RETRIED = [408, 429, 502, 503, 504];

/**
 * Reads from the API, and again where it says that it can't answer now: as long as it says, or by a back-off.
 * Throws ReadError for any other answer, and ReadTimeoutError when the time is over.
 */
export async function readJson(
  { path, query = {}, body }: ReadRequest,
  { http, clock, timeoutMs: timeoutMsDefault }: ReadContext,
  { timeoutMs = timeoutMsDefault, signal }: ReadOptions = {},
): Promise<unknown> {
  const untilMs = clock.now() + timeoutMs;
  for (let failures = 1; ; failures += 1) {
    let waitMs: number | null = null;
    let reason: string;
    try {
      const response = await http.call({
        method: body === undefined ? 'GET' : 'POST',
        path: path + queryText(query),
        untilMs,
        signals: [signal],
        ...(body !== undefined && {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      });
      const parsed = parseJson(await response.text());
      if (response.ok && parsed !== undefined) return parsed;
      const error = readErrorOf(response.status, parsed);
      if (!RETRIED.includes(response.status)) throw error;
      reason = error.message;
      waitMs = parseRetryAfter(response.headers.get('retry-after'), clock.now());
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      reason = messageOf(error);
    }
    signal?.throwIfAborted();
    const ms = waitMsOf(waitMs, failures);
    if (clock.now() + ms >= untilMs) throw new ReadTimeoutError(reason);
    await sleep(clock, ms, signal);
    signal?.throwIfAborted();
  }
}

export function readErrorOf(status: number, body: unknown): ReadError {
  const { type, detail } = (body ?? {}) as { readonly type?: unknown; readonly detail?: unknown };
  const problem = typeof type === 'string' ? (type.split(':').at(-1) ?? '') : '';
  return new ReadError(status, problem, typeof detail === 'string' ? detail : `HTTP ${status}`);
}

function queryText(query: object): string {
  const parameters = new URLSearchParams();
  const told = query as Readonly<Record<string, string | number | Date | undefined>>;
  for (const [name, value] of Object.entries(told)) {
    if (value === undefined) continue;
    parameters.set(name, value instanceof Date ? value.toISOString() : String(value));
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}
