import {
  accountMoved,
  formatFieldErrors,
  parseWith,
  pointTransactionItem,
  type PointTransactionItem,
} from '#contracts';
import { backOffMs } from '../api/back-off.js';
import { passes, type Answer, type Failure } from '../api/failure.js';
import { ServerEvents, type ServerEvent } from './server-events.js';

/** `stopped`: it will not come again by itself. */
export type LiveStatus = 'connecting' | 'live' | 'waiting' | 'stopped';

export interface FollowTerms {
  readonly open: (after: string, signal: AbortSignal) => Promise<Answer<Response>>;
  /** The id of the last event: where to go on from. */
  readonly seen: (place: string) => void;
  readonly heard: (rows: readonly PointTransactionItem[]) => void;
  /** The account has come to that revision, whether or not it made a row. */
  readonly moved: (revision: number) => void;
  readonly status: (status: LiveStatus) => void;
  /** Resolves after that time, or at once when the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** In [0, 1). */
  readonly chance: () => number;
}

const BACK_OFF = { msMin: 1_000, msMax: 30_000 };
/** In a row, without one event in between: some ten minutes. */
export const ATTEMPTS_MAX = 25;
/** The API beats every 15 s: who says nothing for that long is gone, though nobody told us. */
export const QUIET_MS_MAX = 40_000;

/** New rows of one user, each once and in order, through every cut, until the signal aborts. */
export async function followRows(terms: FollowTerms, after: string, signal: AbortSignal) {
  let last = after;
  let attempt = 0;
  while (!signal.aborted && attempt < ATTEMPTS_MAX) {
    terms.status('connecting');
    const cut = new AbortController();
    const both = AbortSignal.any([signal, cut.signal]);
    const answer = await terms.open(last, both);
    const end = answer.ok
      ? await readRows(answer.value, terms, cut, (place) => {
          attempt = 0;
          last = place;
          terms.seen(place);
        })
      : answer.failure;
    cut.abort();
    if (signal.aborted) return last;
    if (end !== null && !passes(end)) break;
    terms.status('waiting');
    await terms.wait(end?.retryMs ?? backOffMs(attempt, BACK_OFF, terms.chance()), signal);
    attempt += 1;
  }
  if (!signal.aborted) terms.status('stopped');
  return last;
}

/** Until the stream ends, however it does. null: it was cut. */
async function readRows(
  response: Response,
  terms: FollowTerms,
  cut: AbortController,
  seen: (place: string) => void,
): Promise<Failure | null> {
  const chunks = response.body?.getReader();
  const decoder = new TextDecoder();
  const events = new ServerEvents();
  while (chunks !== undefined) {
    const chunk = await chunkOrQuiet(chunks, terms, cut);
    if (chunk === null) return null;
    const news = events.read(decoder.decode(chunk, { stream: true }));
    for (const { event, id } of news) {
      if (event === 'open') terms.status('live');
      if (event === 'open' && id !== null) seen(id);
    }
    const rows = dataOf(news, 'transaction', pointTransactionItem);
    const last = news.filter(({ event }) => event === 'transaction').at(-1);
    if (rows.fault === undefined && last?.id != null) seen(last.id);
    if (rows.good.length > 0) terms.heard(rows.good);
    const moves = dataOf(news, 'account', accountMoved);
    const move = moves.good.at(-1);
    if (move !== undefined) terms.moved(move.revision);
    const fault = rows.fault ?? moves.fault;
    if (fault !== undefined) return { kind: 'broken', detail: fault };
  }
  return null;
}

async function chunkOrQuiet(
  chunks: ReadableStreamDefaultReader<Uint8Array>,
  { wait }: FollowTerms,
  cut: AbortController,
): Promise<Uint8Array | null> {
  const heard = new AbortController();
  const quiet = wait(QUIET_MS_MAX, heard.signal).then(() => {
    if (!heard.signal.aborted) cut.abort();
    return null;
  });
  const read = chunks.read().then(
    ({ value }) => value ?? null,
    () => null,
  );
  const chunk = await Promise.race([read, quiet]);
  heard.abort();
  return chunk;
}

type Schema<T> = Parameters<typeof parseWith<T>>[0];

/** What the events of that name bring; and what is wrong with the first that brings something else. */
function dataOf<T>(news: readonly ServerEvent[], name: string, schema: Schema<T>) {
  const parsed = news
    .filter(({ event }) => event === name)
    .map(({ data }) => parseWith(schema, jsonIn(data)));
  const bad = parsed.find(({ ok }) => !ok);
  return {
    good: parsed.flatMap((one) => (one.ok ? [one.value] : [])),
    fault: bad === undefined || bad.ok ? undefined : `${name}: ${formatFieldErrors(bad.errors)}`,
  };
}

/** undefined, which no schema takes: it is no JSON. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
