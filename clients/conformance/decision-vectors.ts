import {
  OUTCOME_CODES,
  PROBLEM_MEDIA_TYPE,
  type CommandOutcome,
  type OutcomeCode,
} from '#contracts';
import { refusalProblem, refusalStatus } from '../../apps/api/src/commands/command-refusal.js';
import {
  forbidden,
  invalidRequest,
  notFound,
  problemBody,
  senderForbidden,
  serviceUnavailable,
  tokenExpired,
  tooManyRequests,
  unauthorized,
  type Problem,
  type ProblemDetails,
} from '../../apps/api/src/common/problems/problem.js';

/**
 * What a client makes of an answer. `accepted`, `refused` and `unknown` are results, the other three are
 * errors of the service that sends, and `retry` is sent again with the same id and the same bytes.
 */
export type DecisionKind =
  | 'accepted'
  | 'refused'
  /** Carried out or not: nobody can tell, so that the call can be resumed. */
  | 'unknown'
  /** Not carried out, and never will be: the command is wrong. */
  | 'invalid'
  /** Not carried out: the sender may not send it. */
  | 'forbidden'
  /** Not carried out: a new token is fetched once, and the same is sent again. */
  | 'unauthorized'
  | 'retry';

interface Decision {
  readonly kind: DecisionKind;
  /** The code of a refusal, or of an invalid command. */
  readonly code?: string;
  /** How long the answer says to wait; null: it does not say. */
  readonly retry_after_ms?: number | null;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type OutcomeLike = Readonly<Record<string, unknown>>;

export type DecisionVector = { readonly name: string; readonly decision: Decision } & (
  | { readonly transport: 'kafka'; readonly value: string }
  | { readonly transport: 'http'; readonly answer: HttpAnswer }
);

/** When an answer with a date in Retry-After arrives. */
export const NOW = '2030-06-01T00:00:00.000Z';

const ACCEPTED: CommandOutcome = {
  command_id: 'job-1',
  command_source: '/tts',
  command_type: 'ConsumePoints',
  user_id: 'd4930aff-f7b8-541b-ad96-1cb0b5223736',
  status: 'accepted',
  code: null,
  detail: null,
  balance: 940,
  owed: 0,
  points: 20,
  collected: null,
  uncollected: null,
  consumption_id: 'video-4',
  recharge_id: null,
  batch_id: null,
  position: 'postgres:0000000000000005',
  replayed: false,
};

const refusedBy = (code: OutcomeCode): CommandOutcome => ({
  ...ACCEPTED,
  status: code === 'Invalid' ? 'invalid' : 'refused',
  code,
  detail: `Refused: ${code}.`,
  points: null,
  ...((code === 'Invalid' || code === 'NotTakenOver') && { balance: null, owed: null }),
  ...(UNRECORDED.includes(code) && { position: null }),
});

const UNRECORDED: readonly OutcomeCode[] = [
  'Invalid',
  'CommandIdReused',
  'TooLate',
  'NotTakenOver',
];

const kafka = (name: string, outcome: OutcomeLike, decision: Decision): DecisionVector => ({
  name: `over Kafka, ${name}`,
  transport: 'kafka',
  value: JSON.stringify(outcome),
  decision,
});

const http = (name: string, answer: HttpAnswer, decision: Decision): DecisionVector => ({
  name: `over HTTP, ${name}`,
  transport: 'http',
  answer,
  decision,
});

function problemAnswer(details: ProblemDetails): HttpAnswer {
  const { status, retryAfterSeconds } = details;
  return {
    status,
    headers: {
      'content-type': PROBLEM_MEDIA_TYPE,
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    },
    body: JSON.stringify(problemBody(details)),
  };
}

const answerOf = ({ details }: Problem): HttpAnswer => problemAnswer(details);

const outcomeAnswer = (outcome: OutcomeLike): HttpAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(outcome),
});

const accepted: Decision = { kind: 'accepted' };
const unknown: Decision = { kind: 'unknown' };
const retryAfter = (ms: number | null): Decision => ({ kind: 'retry', retry_after_ms: ms });

function decisionOf(code: OutcomeCode): Decision {
  if (code === 'Invalid') return { kind: 'invalid', code };
  // Another service still keeps the account of the user.
  return code === 'NotTakenOver' ? retryAfter(1_000) : { kind: 'refused', code };
}

const SINCE_RULES_2 = ['owed', 'points', 'collected', 'uncollected', 'recharge_id'];

const BEFORE_RULES_2: OutcomeLike = Object.fromEntries(
  Object.entries(ACCEPTED).filter(([field]) => !SINCE_RULES_2.includes(field)),
);

const ofOutcomes = (): readonly DecisionVector[] => [
  kafka('an accepted command', ACCEPTED, accepted),
  kafka('the repeat of an accepted command', { ...ACCEPTED, replayed: true }, accepted),
  ...OUTCOME_CODES.map((code) => kafka(code, refusedBy(code), decisionOf(code))),
  kafka(
    'the repeat of a refusal',
    { ...refusedBy('InsufficientPoints'), replayed: true },
    {
      kind: 'refused',
      code: 'InsufficientPoints',
    },
  ),
  kafka('a ledger older than debts, whose outcome has fewer fields', BEFORE_RULES_2, accepted),
  kafka('a newer ledger, whose outcome has more fields', { ...ACCEPTED, colour: 'red' }, accepted),
  kafka(
    'a refusal that this client does not know',
    { ...refusedBy('NoPrice'), code: 'OutOfHours' },
    {
      kind: 'refused',
      code: 'OutOfHours',
    },
  ),
  kafka('a status that this client does not know', { ...ACCEPTED, status: 'postponed' }, unknown),
];

const ofAnswers = (): readonly DecisionVector[] => [
  http('an accepted command', outcomeAnswer(ACCEPTED), accepted),
  http(
    'the repeat of an accepted command',
    {
      ...outcomeAnswer({ ...ACCEPTED, replayed: true }),
      headers: { 'content-type': 'application/json', 'idempotency-replayed': 'true' },
    },
    accepted,
  ),
  http('a ledger older than debts', outcomeAnswer(BEFORE_RULES_2), accepted),
  http('success without an outcome', { status: 200, headers: {}, body: '' }, unknown),
  http('success whose body is a page', { status: 200, headers: {}, body: '<html>' }, unknown),
  ...OUTCOME_CODES.filter((code) => code !== 'Invalid').map((code) =>
    http(
      `${refusalStatus(code)} ${code}`,
      answerOf(refusalProblem(refusedBy(code), code)),
      decisionOf(code),
    ),
  ),
  http(
    '422 of a refusal that this client does not know',
    problemAnswer({
      status: 422,
      name: 'out-of-hours',
      title: 'Command refused',
      detail: 'Not now.',
      extensions: { code: 'OutOfHours', outcome: { ...refusedBy('NoPrice'), code: 'OutOfHours' } },
    }),
    { kind: 'refused', code: 'OutOfHours' },
  ),
  http('400', answerOf(invalidRequest([{ field: 'points', reason: 'must be more' }])), {
    kind: 'invalid',
    code: 'Invalid',
  }),
  http(
    '404, a command that the rules in force do not know',
    answerOf(notFound('No such command.')),
    {
      kind: 'invalid',
      code: 'Invalid',
    },
  ),
  ...[405, 413, 415, 418].map((status) =>
    http(String(status), { status, headers: {}, body: '' }, { kind: 'invalid', code: 'Invalid' }),
  ),
  http('401', answerOf(unauthorized('Send a bearer token.')), { kind: 'unauthorized' }),
  http('401 of an expired token', answerOf(tokenExpired({})), { kind: 'unauthorized' }),
  http('403 of a role', answerOf(forbidden('The token does not permit this request.')), {
    kind: 'forbidden',
  }),
  http('403 of a sender', answerOf(senderForbidden('it may not send RechargePoints')), {
    kind: 'forbidden',
  }),
  http('429', answerOf(tooManyRequests('The rate limit is exceeded.', 3)), retryAfter(3_000)),
  ...[
    'store-away',
    'overloaded',
    'contended',
    'outcome-unknown',
    'closing',
    'settings-unknown',
  ].map((name) =>
    http(`503 ${name}`, answerOf(serviceUnavailable(name, 'Not now.', 2)), retryAfter(2_000)),
  ),
  http(
    '503 with a date',
    { status: 503, headers: { 'retry-after': 'Sat, 01 Jun 2030 00:00:07 GMT' }, body: '' },
    retryAfter(7_000),
  ),
  http(
    '503 with a date that is past',
    { status: 503, headers: { 'retry-after': 'Fri, 31 May 2030 23:59:00 GMT' }, body: '' },
    retryAfter(0),
  ),
  http(
    '503 with a wait that is none',
    { status: 503, headers: { 'retry-after': 'soon' }, body: '' },
    retryAfter(null),
  ),
  ...[408, 425, 429, 502, 503, 504].map((status) =>
    http(`${status} of a proxy`, { status, headers: {}, body: '<html>' }, retryAfter(null)),
  ),
  http(
    '500, of which the ledger can not say what it recorded',
    problemAnswer({ status: 500, name: 'our-fault', title: 'Internal error', detail: 'Reported.' }),
    unknown,
  ),
  ...[501, 505, 599].map((status) =>
    http(String(status), { status, headers: {}, body: '' }, unknown),
  ),
  ...[302, 304].map((status) =>
    http(`${status}, which is no answer of the ledger`, { status, headers: {}, body: '' }, unknown),
  ),
];

/** The decision for every outcome, every refusal and every status. */
export const decisionVectors = (): readonly DecisionVector[] => [...ofOutcomes(), ...ofAnswers()];
