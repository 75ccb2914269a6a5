import { formatFieldErrors, type FieldError } from '#contracts';

export interface ProblemDetails {
  readonly status: number;
  /** The last part of the problem's `type`, in kebab case. */
  readonly name: string;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  /** The accepted content encodings. */
  readonly acceptEncoding?: string;
  /** Whether it is reported to operators. */
  readonly isReportable?: true;
  /** Extension members of RFC 9457. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** An error answer. Any code behind a route may throw it; the problem filter sends it. */
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

/** The body as RFC 9457 defines it. */
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
    title: 'Invalid request',
    detail: formatFieldErrors(errors),
    errors,
  });

/** RFC 9110 asks for the accepted encodings in the answer. */
export function compressedBody(): Problem {
  const reason = 'must be left out, or identity: send the body uncompressed';
  const errors = [{ field: 'Content-Encoding', reason }];
  return new Problem({
    status: 415,
    name: 'packed-body',
    title: 'Unsupported content encoding',
    detail: formatFieldErrors(errors),
    errors,
    acceptEncoding: 'identity',
  });
}

export const unauthorized = (detail: string, options?: ErrorOptions): Problem =>
  new Problem({ status: 401, name: 'not-authenticated', title: 'Unauthorized', detail }, options);

/** An expired token has its own problem type, so that a page can request a new token. */
export const tokenExpired = (options: ErrorOptions): Problem =>
  new Problem(
    {
      status: 401,
      name: 'token-expired',
      title: 'Unauthorized',
      detail: 'The token has expired. Get a new one.',
    },
    options,
  );

export const forbidden = (detail: string): Problem =>
  new Problem({ status: 403, name: 'not-allowed', title: 'Forbidden', detail });

/** The role of the caller permits commands, and the senders file does not permit this one. */
export const senderForbidden = (detail: string): Problem =>
  new Problem({
    status: 403,
    name: 'not-allowed',
    title: 'Forbidden',
    detail: `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`,
    extensions: { code: 'NotAllowed' },
  });

export const notFound = (detail: string): Problem =>
  new Problem({ status: 404, name: 'not-found', title: 'Not found', detail });

/** The position that a read waits for lies after the event at which the account is parked. */
export const accountParked = (parked: { readonly since: string; readonly code: string }): Problem =>
  new Problem({
    status: 409,
    name: 'account-parked',
    title: 'Account parked',
    detail:
      'An event of this account could not be applied to the read tables. Reads return the state ' +
      'before it; min_position lies after it and is not reached until the account is unparked.',
    extensions: { parked },
  });

/** Another version has that number, or the one before it is not there. */
export const settingsConflict = (newest: number): Problem =>
  new Problem({
    status: 409,
    name: 'settings-conflict',
    title: 'Settings conflict',
    detail:
      `The newest version is ${newest}, so that the next one is ${newest + 1}. ` +
      'Look at it, and publish what you want as that.',
    extensions: { newest },
  });

export const tooManyRequests = (detail: string, retryAfterSeconds: number): Problem =>
  new Problem({
    status: 429,
    name: 'too-many',
    title: 'Too many requests',
    detail,
    retryAfterSeconds,
  });

/** A temporary error: the client may retry the same request. */
export const serviceUnavailable = (
  name: string,
  detail: string,
  retryAfterSeconds: number,
): Problem =>
  new Problem({ status: 503, name, title: 'Service unavailable', detail, retryAfterSeconds });
