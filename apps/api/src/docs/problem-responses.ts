import { OUTCOME_CODES, PROBLEM_MEDIA_TYPE, type OutcomeCode } from '#contracts';
import { problemType } from '../common/problems/problem.js';
import { refusalProblemName, refusalStatus } from '../commands/command-refusal.js';
import { QUOTE_REFUSALS } from '../quotes/quote-refusal.js';
import { OUTCOME_EXAMPLES } from './examples.js';
import type { Json, Response } from './openapi-types.js';
import { ref } from './schemas.js';

/** An error answer: its possible problem types, and their members besides those of RFC 9457. */
interface ProblemResponse {
  readonly status: number;
  readonly description: string;
  /** The last parts of the problem types. The first one is used in the example. */
  readonly names: readonly string[];
  readonly title: string;
  readonly detail: string;
  readonly members?: Readonly<
    Record<string, { readonly schema: unknown; readonly example: unknown }>
  >;
  readonly required?: readonly string[];
  readonly headers?: Response['headers'];
}

const FIELD_ERRORS = (field: string, reason: string) => ({
  schema: {
    type: 'array',
    minItems: 1,
    items: {
      type: 'object',
      properties: {
        field: { type: 'string' },
        reason: { type: 'string' },
        code: { type: 'string', description: 'Of settings: the kind of error.' },
        details: {
          description: 'Of settings: what the reason mentions, by name.',
          type: 'object',
          additionalProperties: { type: ['string', 'number'] },
        },
      },
      required: ['field', 'reason'],
    },
  },
  example: [{ field, reason }],
});

const RETRY_AFTER: Response['headers'] = {
  'Retry-After': {
    description: 'Seconds to wait before the same request is sent again.',
    schema: { type: 'integer', minimum: 1 },
  },
};

const codesWith = (status: number): readonly OutcomeCode[] =>
  OUTCOME_CODES.filter((code) => refusalStatus(code) === status);

const refusalMembers = (codes: readonly OutcomeCode[], outcome: Json) => ({
  code: { schema: { type: 'string', enum: codes }, example: outcome['code'] },
  outcome: { schema: ref('CommandOutcome'), example: outcome },
});

/** Error answers by the name of their schema. */
export const PROBLEM_RESPONSES = {
  InvalidRequest: {
    status: 400,
    description: 'The request is invalid; `errors` names every invalid field.',
    names: ['invalid-request', 'bad-address', 'bad-request'],
    title: 'Invalid request',
    detail: 'limit must be 100 or less',
    members: { errors: FIELD_ERRORS('limit', 'must be 100 or less') },
  },
  Unauthorized: {
    status: 401,
    description: 'No bearer token was sent, or it is not valid, or it has expired.',
    names: ['not-authenticated', 'token-expired'],
    title: 'Unauthorized',
    detail: 'Send a bearer token in the Authorization header.',
    headers: {
      'WWW-Authenticate': {
        description: 'The expected scheme: `Bearer`.',
        schema: { type: 'string', const: 'Bearer' },
      },
    },
  },
  Forbidden: {
    status: 403,
    description: 'The role, the user or the sender of the token does not permit this request.',
    names: ['not-allowed'],
    title: 'Forbidden',
    detail: 'The token does not permit this request.',
    members: { code: { schema: { type: 'string', const: 'NotAllowed' }, example: 'NotAllowed' } },
  },
  NotFound: {
    status: 404,
    description: 'The requested item does not exist.',
    names: ['not-found'],
    title: 'Not found',
    detail: 'This user has no row r99.0.',
  },
  MethodNotAllowed: {
    status: 405,
    description: 'The address does not support this method; `Allow` names those that it does.',
    names: ['method-not-allowed'],
    title: 'Method not allowed',
    detail: 'This address supports GET, HEAD.',
    headers: {
      Allow: { description: 'The supported methods.', schema: { type: 'string' } },
    },
  },
  AccountParked: {
    status: 409,
    description:
      'account-parked: `min_position` lies after the event at which the account is parked.',
    names: ['account-parked'],
    title: 'Account parked',
    detail: 'An event of this account could not be applied to the read tables.',
    members: {
      parked: {
        schema: ref('Parked'),
        example: { since: '2030-06-01T00:00:00.000Z', code: 'unreadable-record' },
      },
    },
    required: ['parked'],
  },
  CommandIdReused: {
    status: 409,
    description:
      'CommandIdReused: this key was used before, with another body. NotTakenOver: another service keeps the account, or kept it when the command came; the same may be sent again after `Retry-After` seconds.',
    names: codesWith(409).map(refusalProblemName),
    title: 'Command refused',
    detail: 'This command id was used before for another command.',
    members: refusalMembers(codesWith(409), OUTCOME_EXAMPLES.reused),
    required: ['code', 'outcome'],
    headers: RETRY_AFTER,
  },
  SettingsConflict: {
    status: 409,
    description:
      'settings-conflict: another version has that number, or the one before it is missing.',
    names: ['settings-conflict'],
    title: 'Settings conflict',
    detail: 'The newest version is 3, so that the next one is 4.',
    members: { newest: { schema: { type: 'integer' }, example: 3 } },
    required: ['newest'],
  },
  BodyTooLarge: {
    status: 413,
    description: 'The body is larger than 64 KiB.',
    names: ['too-large'],
    title: 'Content too large',
    detail: 'A body has at most 64 KiB.',
  },
  UnsupportedBody: {
    status: 415,
    description:
      'The body is not JSON, or it is compressed: `Content-Encoding` is left out or `identity`.',
    names: ['not-json', 'packed-body'],
    title: 'Unsupported media type',
    detail: 'Send application/json.',
    members: { errors: FIELD_ERRORS('Content-Encoding', 'must be left out, or identity') },
  },
  CommandRefused: {
    status: 422,
    description: 'The command was refused; `code` is the reason, and `outcome` the whole answer.',
    names: ['InsufficientPoints' as const, ...codesWith(422)].map(refusalProblemName),
    title: 'Command refused',
    detail: 'The account has 5 points.',
    members: refusalMembers(codesWith(422), OUTCOME_EXAMPLES.refused),
    required: ['code', 'outcome'],
  },
  QuoteRefused: {
    status: 422,
    description: 'A consumption would be refused, whatever the account has; `code` is the reason.',
    names: QUOTE_REFUSALS.map(refusalProblemName),
    title: 'Quote refused',
    detail: 'There is no price for script, so that the points must be given.',
    members: {
      code: { schema: { type: 'string', enum: QUOTE_REFUSALS }, example: QUOTE_REFUSALS[0] },
    },
    required: ['code'],
  },
  TooManyRequests: {
    status: 429,
    description: 'Too many requests or streams; retry after `Retry-After` seconds.',
    names: ['too-many'],
    title: 'Too many requests',
    detail: 'The rate limit of this caller is exceeded.',
    headers: RETRY_AFTER,
  },
  InternalError: {
    status: 500,
    description: 'The ledger failed, or the stored events of the account are damaged.',
    names: ['our-fault', 'account-damaged'],
    title: 'Internal error',
    detail: 'An unexpected error occurred and was reported.',
  },
  ServiceUnavailable: {
    status: 503,
    description:
      'Temporarily unavailable; send the same request again after `Retry-After` seconds.',
    names: [
      ...['store-away', 'not-yet', 'busy', 'keys-away'],
      ...['overloaded', 'contended', 'outcome-unknown', 'closing', 'settings-unknown'],
    ],
    title: 'Service unavailable',
    detail: 'A store is not available.',
    headers: RETRY_AFTER,
  },
} as const satisfies Readonly<Record<string, ProblemResponse>>;

export type ProblemResponseName = keyof typeof PROBLEM_RESPONSES;

const entries = Object.entries(PROBLEM_RESPONSES) as readonly (readonly [
  string,
  ProblemResponse,
])[];

/** One schema for each error answer, with its problem types, its status and its members. */
export const problemSchemas = (): Record<string, Json> =>
  Object.fromEntries(entries.map(([name, response]) => [name, schemaOf(response)]));

function schemaOf({ status, description, names, members = {}, required = [] }: ProblemResponse) {
  return {
    type: 'object',
    description,
    properties: {
      type: { type: 'string', enum: [...new Set(names)].map(problemType) },
      title: { type: 'string' },
      status: { type: 'integer', const: status },
      detail: { type: 'string' },
      ...Object.fromEntries(Object.entries(members).map(([name, { schema }]) => [name, schema])),
    },
    required: ['type', 'title', 'status', 'detail', ...required],
  };
}

export function problemResponses(
  names: readonly ProblemResponseName[],
): Readonly<Record<string, Response>> {
  return Object.fromEntries(
    names.map((name) => {
      const response: ProblemResponse = PROBLEM_RESPONSES[name];
      return [String(response.status), responseOf(name, response)];
    }),
  );
}

function responseOf(name: string, response: ProblemResponse): Response {
  const { description, headers } = response;
  return {
    description,
    ...(headers !== undefined && { headers }),
    content: { [PROBLEM_MEDIA_TYPE]: { schema: ref(name), example: exampleOf(response) } },
  };
}

function exampleOf({ status, names, title, detail, members = {}, required = [] }: ProblemResponse) {
  const shown = Object.entries(members).filter(
    ([name]) => required.includes(name) || (name === 'errors' && status === 400),
  );
  return {
    type: problemType(names[0] ?? ''),
    title,
    status,
    detail,
    ...Object.fromEntries(shown.map(([name, { example }]) => [name, example])),
  };
}
