import { parseRetryAfter } from '../protocol/decision.js';
import { parseJson } from '../protocol/outcome.js';
import { backoffMs, waitMsOf } from '../support/backoff.js';
import { sleep, type Clock } from '../support/clock.js';
import { messageOf, type Log } from '../support/log.js';
import { within } from '../support/within.js';
import { NoAnswerError } from '../transport/http-call.js';
import { toTransaction, type Transaction } from './answers.js';
import { serverEvents } from './event-stream.js';
import { readErrorOf, type ReadContext } from './read-json.js';

export interface LiveOptions {
  /** Continue behind the event of this id. Otherwise only new rows are told. */
  readonly after?: string;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
}

export type LiveEvent =
  | { readonly type: 'transaction'; readonly id: string; readonly transaction: Transaction }
  /** The account has come to that revision, after the rows of it. */
  | { readonly type: 'account'; readonly id: string; readonly revision: number };

/** Statuses after which another try can succeed. */
const RETRIED = [408, 425, 429, 500, 502, 503, 504];
const RETRY_MS = 1_000;
const WAIT_MS_MAX = 60_000;
/** The API says more often that it is still there: a connection that is silent for longer is dead. */
const SILENCE_MS_MAX = 60_000;

/** Goes on behind the last event that it told, so that none is lost and none told twice. */
export async function* liveRows(
  path: string,
  { http, clock }: ReadContext,
  { after, signal }: LiveOptions,
  log: Log,
): AsyncGenerator<LiveEvent, void, undefined> {
  let last = after ?? '';
  let failures = 0;
  let retryMs = RETRY_MS;
  const isStopped = (): boolean => signal?.aborted === true;
  while (!isStopped()) {
    let waitMs: number | null = null;
    try {
      const response = await http.call(
        {
          method: 'GET',
          path,
          headers: { accept: 'text/event-stream', ...(last !== '' && { 'last-event-id': last }) },
          untilMs: Infinity,
          signals: [signal],
        },
        { isStream: true },
      );
      if (!response.ok || response.body === null) {
        const error = readErrorOf(response.status, parseJson(await response.text()));
        if (!RETRIED.includes(response.status)) throw error;
        failures += 1;
        waitMs = waitMsOf(
          parseRetryAfter(response.headers.get('retry-after'), clock.now()),
          failures,
        );
      } else {
        for await (const event of serverEvents(readChunks(response.body, clock, signal))) {
          failures = 0;
          if (event.id !== null) last = event.id;
          if (event.retryMs !== null) retryMs = waitMsOf(event.retryMs, failures);
          const live = liveEventOf(event.event, event.data, last);
          if (live !== null) yield live;
        }
      }
    } catch (error) {
      if (isStopped()) return;
      if (!(error instanceof NoAnswerError)) throw error;
      failures += 1;
      waitMs = backoffMs(failures);
      log({ level: 'warn', msg: 'live rows are read again', failures, reason: messageOf(error) });
    }
    // Nobody else ends the wait where the API asks for a day.
    await sleep(clock, Math.min(waitMs ?? retryMs, WAIT_MS_MAX), signal);
  }
}

function liveEventOf(event: string, data: string, id: string): LiveEvent | null {
  const told = parseJson(data) as Readonly<Record<string, unknown>> | undefined;
  if (told === undefined) return null;
  if (event === 'transaction') return { type: 'transaction', id, transaction: toTransaction(told) };
  if (event === 'account') return { type: 'account', id, revision: Number(told['revision']) };
  return null;
}

/** A connection that breaks in the middle is a missing answer, like one that can't be opened. */
async function* readChunks(
  body: ReadableStream<Uint8Array>,
  clock: Clock,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await within(clock, SILENCE_MS_MAX, reader.read(), signal);
      if (done) return;
      yield value;
    }
  } catch (cause) {
    if (signal?.aborted === true) return;
    throw new NoAnswerError(`The stream broke: ${messageOf(cause)}`, { cause });
  } finally {
    // Whoever leaves, however, leaves no connection open.
    await reader.cancel().catch(() => undefined);
  }
}
