import { PROBLEM_MEDIA_TYPE, parseWith, problem, type FieldError, type Problem } from '#contracts';

/** Why a request failed, grouped by what the reader can do about it. */
export type Failure =
  | { readonly kind: 'expired' } // sign in again
  | { readonly kind: 'forbidden' } // choose another account, or use another token
  | { readonly kind: 'missing' } // the resource does not exist
  | { readonly kind: 'away'; readonly retryMs: number | null } // unavailable: wait for the retry
  | { readonly kind: 'busy'; readonly retryMs: number | null } // rate limit: wait for the retry
  | { readonly kind: 'conflict' } // somebody else was faster: read again
  /** Report it, or correct the fields that are named. */
  | {
      readonly kind: 'broken';
      readonly detail: string;
      readonly errors?: readonly FieldError[];
    };

export type ApiResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

/** A proxy answers 502 or 504 when the API itself cannot answer 503. */
const UNAVAILABLE_STATUSES = [502, 503, 504];

export async function failureFrom(response: Response): Promise<Failure> {
  const { status } = response;
  const retryMs = retryAfterMs(response.headers.get('retry-after'));
  if (UNAVAILABLE_STATUSES.includes(status)) return { kind: 'away', retryMs };
  if (status === 429) return { kind: 'busy', retryMs };
  if (status === 401) return { kind: 'expired' };
  if (status === 403) return { kind: 'forbidden' };
  if (status === 404) return { kind: 'missing' };
  if (status === 409) return { kind: 'conflict' };
  const parsed = await parseProblem(response);
  const detail = parsed?.detail ?? parsed?.title ?? `HTTP ${status}`;
  const errors = parsed?.errors;
  return { kind: 'broken', detail, ...(errors !== undefined && { errors }) };
}

async function parseProblem(response: Response): Promise<Problem | null> {
  if (!(response.headers.get('content-type') ?? '').startsWith(PROBLEM_MEDIA_TYPE)) return null;
  const body: unknown = await response.json().catch(() => null);
  const parsed = parseWith(problem, body);
  return parsed.ok ? parsed.value : null;
}

/** Our API sends seconds; a date is ignored. */
function retryAfterMs(header: string | null): number | null {
  return header !== null && /^\d{1,5}$/.test(header) ? Number(header) * 1000 : null;
}

/** Whether an automatic retry may succeed. */
export const isTemporary = (failure: Failure): failure is Extract<Failure, { retryMs: unknown }> =>
  failure.kind === 'away' || failure.kind === 'busy';
