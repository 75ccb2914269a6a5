import { formatFieldErrors, type FieldError } from '#contracts';

export interface ProblemDetails {
  readonly status: number;
  /** Kebab-case; the last part of the problem's `type`. */
  readonly name: string;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  /** In what encodings a body would have been taken. */
  readonly acceptEncoding?: string;
  /** An operator has to hear of it. */
  readonly isReportable?: true;
  /** Members of its own, as RFC 9457 allows. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** An answer that is not the one asked for. Thrown anywhere behind a route, sent by the filter. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly details: ProblemDetails,
    options?: ErrorOptions,
  ) {
    super(`${details.title}: ${details.detail}`, options);
  }

  get status(): number {
    return this.details.status;
  }
}

export const problemType = (name: string): string => `urn:points-ledger:problem:${name}`;

/** The body, as RFC 9457 has it. */
export function problemBody({
  status,
  name,
  title,
  detail,
  errors,
  extensions: more,
}: ProblemDetails) {
  return {
    type: problemType(name),
    title,
    status,
    detail,
    ...(errors !== undefined && { errors }),
    ...more,
  };
}

export const invalidRequest = (errors: readonly FieldError[]): Problem =>
  new Problem({
    status: 400,
    name: 'invalid-request',
    title: 'The request is invalid',
    detail: formatFieldErrors(errors),
    errors,
  });

/** RFC 9110 has the answer say which encodings are taken. */
export function compressedBody(): Problem {
  const reason = 'must be left out, or identity: send the body as it is, not packed';
  const errors = [{ field: 'Content-Encoding', reason }];
  return new Problem({
    status: 415,
    name: 'packed-body',
    title: 'The body is packed',
    detail: formatFieldErrors(errors),
    errors,
    acceptEncoding: 'identity',
  });
}

export const unauthorized = (detail: string, options?: ErrorOptions): Problem =>
  new Problem({ status: 401, name: 'not-authenticated', title: 'Who are you?', detail }, options);

/** Apart from `unauthorized`, so that a page knows to ask for a new one. */
export const tokenExpired = (options: ErrorOptions): Problem =>
  new Problem(
    {
      status: 401,
      name: 'token-expired',
      title: 'Your token has expired',
      detail: 'Get a new token.',
    },
    options,
  );

export const forbidden = (detail: string): Problem =>
  new Problem({ status: 403, name: 'not-allowed', title: 'Not allowed', detail });

/** The role suffices, and what the senders file says does not. */
export const senderForbidden = (detail: string): Problem =>
  new Problem({
    status: 403,
    name: 'not-allowed',
    title: 'Not allowed',
    detail: `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`,
    extensions: { code: 'NotAllowed' },
  });

export const notFound = (detail: string): Problem =>
  new Problem({ status: 404, name: 'not-found', title: 'Not found', detail });

/** What the reader waits for lies behind the event that the account is parked at. */
export const accountParked = (parked: { readonly since: string; readonly code: string }): Problem =>
  new Problem({
    status: 409,
    name: 'account-parked',
    title: 'Account parked',
    detail:
      'An event of this account could not be carried into the read tables. What it had before is ' +
      'still answered; min_position lies behind it and will not be reached until it is unparked.',
    extensions: { parked },
  });

export const tooManyRequests = (detail: string, retryAfterSeconds: number): Problem =>
  new Problem({ status: 429, name: 'too-many', title: 'Too many', detail, retryAfterSeconds });

/** Trouble that passes: the same request is to be sent again. */
export const serviceUnavailable = (
  name: string,
  detail: string,
  retryAfterSeconds: number,
): Problem => new Problem({ status: 503, name, title: 'Not now', detail, retryAfterSeconds });
