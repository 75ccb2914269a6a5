import { PROBLEM_MEDIA_TYPE, parseWith, problem, type Problem } from '#contracts';

/** Why there is no answer, by what the reader can do about it. */
export type Failure =
  | { readonly kind: 'expired' } // show a token again
  | { readonly kind: 'forbidden' } // look at another account, or bring another token
  | { readonly kind: 'missing' } // there is no such thing
  | { readonly kind: 'away'; readonly retryMs: number | null } // wait: it is asked again
  | { readonly kind: 'busy'; readonly retryMs: number | null } // wait, and ask less
  | { readonly kind: 'broken'; readonly detail: string }; // tell somebody

export type ApiResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

/** A proxy says 502 or 504 where the API itself is not there to say 503. */
const UNAVAILABLE_STATUSES = [502, 503, 504];

export async function failureFrom(response: Response): Promise<Failure> {
  const { status } = response;
  const retryMs = retryAfterMs(response.headers.get('retry-after'));
  if (UNAVAILABLE_STATUSES.includes(status)) return { kind: 'away', retryMs };
  if (status === 429) return { kind: 'busy', retryMs };
  if (status === 401) return { kind: 'expired' };
  if (status === 403) return { kind: 'forbidden' };
  if (status === 404) return { kind: 'missing' };
  const parsed = await parseProblem(response);
  return { kind: 'broken', detail: parsed?.detail ?? parsed?.title ?? `HTTP ${status}` };
}

async function parseProblem(response: Response): Promise<Problem | null> {
  if (!(response.headers.get('content-type') ?? '').startsWith(PROBLEM_MEDIA_TYPE)) return null;
  const body: unknown = await response.json().catch(() => null);
  const parsed = parseWith(problem, body);
  return parsed.ok ? parsed.value : null;
}

/** In seconds, as our API says it; a date says nothing here. */
function retryAfterMs(header: string | null): number | null {
  return header !== null && /^\d{1,5}$/.test(header) ? Number(header) * 1000 : null;
}

/** Whether asking again by itself may help. */
export const isTemporary = (failure: Failure): failure is Extract<Failure, { retryMs: unknown }> =>
  failure.kind === 'away' || failure.kind === 'busy';
