import { parseJson, parseOutcome, type Outcome } from './outcome.js';

/** What is to be done about an answer. The conformance vectors hold the decision for each. */
export type Decision =
  | { readonly kind: 'accepted'; readonly outcome: Outcome }
  | { readonly kind: 'refused'; readonly code: string; readonly outcome: Outcome }
  /** Carried out or not: nobody can tell. */
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'invalid'; readonly code: 'Invalid'; readonly detail: string }
  | { readonly kind: 'forbidden'; readonly detail: string }
  | { readonly kind: 'unauthorized'; readonly detail: string }
  /** The same is sent again. */
  | {
      readonly kind: 'retry';
      readonly retryAfterMs: number | null;
      readonly reason: string;
      /** It may have been carried out all the same. */
      readonly mayBeDone: boolean;
    };

/** The account is not here yet: it stays free, and the command is sent again. */
const NOT_TAKEN_OVER = 'NotTakenOver';
const NOT_TAKEN_OVER_RETRY_MS = 1_000;

/** The decision for an outcome as it came over Kafka, or in the body of an answer. */
export function decideOutcome(input: unknown): Decision {
  const outcome = parseOutcome(input);
  if (outcome === null) return { kind: 'unknown', reason: 'the answer is no outcome' };
  const { status, code, detail } = outcome;
  if (code === NOT_TAKEN_OVER) {
    const retryAfterMs = NOT_TAKEN_OVER_RETRY_MS;
    return { kind: 'retry', retryAfterMs, reason: NOT_TAKEN_OVER, mayBeDone: false };
  }
  switch (status) {
    case 'accepted':
      return { kind: 'accepted', outcome };
    case 'refused':
      return { kind: 'refused', code: code ?? '', outcome };
    case 'invalid':
      return { kind: 'invalid', code: 'Invalid', detail: detail ?? 'the command is invalid' };
  }
}

export interface HttpAnswer {
  readonly status: number;
  readonly header: (name: string) => string | null;
  readonly body: string;
}

interface ProblemBody {
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly title?: unknown;
  readonly outcome?: unknown;
}

/** Statuses of the ledger or of a proxy before it, after which the same request can succeed. */
const RETRIED = [408, 425, 429, 502, 503, 504];
/** Those of them that say that nothing was begun. */
const NOT_BEGUN = [425, 429];

export function decideAnswer({ status, header, body }: HttpAnswer, nowMs: number): Decision {
  const parsed = parseJson(body);
  if (status === 200) return decideOutcome(parsed);
  const problem: ProblemBody = typeof parsed === 'object' && parsed !== null ? parsed : {};
  const said = wordsOf(problem, status);
  if (RETRIED.includes(status) || problem.code === NOT_TAKEN_OVER) {
    return {
      kind: 'retry',
      retryAfterMs: parseRetryAfter(header('retry-after'), nowMs),
      reason: said,
      mayBeDone: problem.code !== NOT_TAKEN_OVER && !NOT_BEGUN.includes(status),
    };
  }
  if (status === 401) return { kind: 'unauthorized', detail: said };
  if (status === 403) return { kind: 'forbidden', detail: said };
  if (status < 400 || status >= 500) return { kind: 'unknown', reason: said };
  const decided = decideOutcome(problem.outcome);
  return decided.kind === 'refused' ? decided : { kind: 'invalid', code: 'Invalid', detail: said };
}

function wordsOf({ title, detail }: ProblemBody, status: number): string {
  const words = [title, detail].filter((part) => typeof part === 'string');
  return words.length === 0 ? `HTTP ${status}` : words.join(': ');
}

/** Seconds, or a date of HTTP. null: there is none, or nothing that can be read. */
export function parseRetryAfter(header: string | null, nowMs: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  if (!/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}
