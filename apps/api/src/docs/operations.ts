import type { z } from 'zod';
import {
  balanceQuery,
  batchesQuery,
  eventsQuery,
  exportQuery,
  outcomeQuery,
  settingsQuery,
  stateQuery,
  storyQuery,
  streamQuery,
  transactionsQuery,
  usageQuery,
} from '#contracts';
import {
  CSV_EXAMPLE,
  METRICS_EXAMPLE,
  OUTCOME_EXAMPLES,
  RESPONSE_EXAMPLES,
  STREAM_EXAMPLE,
} from './examples.js';
import type { Json, Tag } from './openapi-types.js';
import type { ProblemResponseName } from './problem-responses.js';
import { ref, type ResponseSchemaName } from './schemas.js';

/** The answer of an operation with status 200. */
interface Success {
  readonly description: string;
  readonly mediaType: string;
  readonly schema: Json;
  readonly example: unknown;
}

export interface ReadOperation {
  /** The path as OpenAPI writes it. */
  readonly path: string;
  readonly summary: string;
  readonly tag: Tag;
  readonly query?: z.ZodObject;
  readonly success: Success;
  readonly problems: readonly ProblemResponseName[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the operation reads nothing of the read tables, so that it has no position in them. */
  readonly isWithoutPosition?: true;
  /** Whether the operation requires no token. */
  readonly isPublic?: true;
}

const READ_PROBLEMS: readonly ProblemResponseName[] = [
  'InvalidRequest',
  'Unauthorized',
  'Forbidden',
  'MethodNotAllowed',
  'AccountParked',
  'TooManyRequests',
  'InternalError',
  'ServiceUnavailable',
];

const SETTINGS_PROBLEMS = READ_PROBLEMS.filter((name) => name !== 'AccountParked');

const json = (
  name: ResponseSchemaName & keyof typeof RESPONSE_EXAMPLES,
  description: string,
): Success => ({
  description,
  mediaType: 'application/json',
  schema: ref(name),
  example: RESPONSE_EXAMPLES[name],
});

const text = (mediaType: string, description: string, example: string): Success => ({
  description,
  mediaType,
  schema: { type: 'string' },
  example,
});

export const PROBE: Json = {
  type: 'object',
  properties: {
    status: { type: 'string', enum: ['ok', 'unavailable'] },
    parts: { type: 'object' },
  },
  required: ['status'],
};

const probe = (description: string): Success => ({
  description,
  mediaType: 'application/json',
  schema: PROBE,
  example: { status: 'ok', parts: { 'event store': { state: 'green' } } },
});

/** Every operation except commands, which have their own table in the contracts. */
export const READ_OPERATIONS: readonly ReadOperation[] = [
  {
    path: '/v1/outcomes',
    summary: 'What became of a command: its recorded answer',
    tag: 'Commands',
    query: outcomeQuery,
    success: {
      description:
        'The outcome, accepted or refused, as the repeat of the command would be answered: as long as the ' +
        'account remembers the command, and 404 before it was carried out and after it was forgotten.',
      mediaType: 'application/json',
      schema: ref('CommandOutcome'),
      example: { ...OUTCOME_EXAMPLES.accepted, replayed: true },
    },
    problems: [...SETTINGS_PROBLEMS, 'NotFound'],
    isWithoutPosition: true,
  },
  {
    path: '/v1/users/{user_id}/transactions',
    summary: 'The account statement, newest first, page by page',
    tag: 'Statement',
    query: transactionsQuery,
    success: json(
      'TransactionsPage',
      'A page of the statement. `next_cursor` continues it with the same filters.',
    ),
    problems: READ_PROBLEMS,
  },
  {
    path: '/v1/users/{user_id}/transactions/{id}',
    summary: 'Why a row exists: its event, its command, its consumption and its refunds',
    tag: 'Statement',
    query: storyQuery,
    success: json(
      'TransactionStory',
      'The origin of the row. It is named by its `row_ref`, which never changes, or by its `id`, ' +
        'which is answered 404 once the row has another id. No id ever names a second row.',
    ),
    problems: [...READ_PROBLEMS, 'NotFound'],
  },
  {
    path: '/v1/users/{user_id}/transactions.csv',
    summary: 'The filtered statement as a CSV file',
    tag: 'Statement',
    query: exportQuery,
    success: text(
      'text/csv',
      'The whole filtered statement, newest first, streamed while it is read.',
      CSV_EXAMPLE,
    ),
    problems: READ_PROBLEMS,
  },
  {
    path: '/v1/users/{user_id}/transactions/stream',
    summary: 'New rows as server-sent events',
    tag: 'Statement',
    query: streamQuery,
    success: text(
      'text/event-stream',
      'Events `transaction`, whose id names the row by its id, revision and line; `account` with ' +
        'the revision that the account has reached, after the rows of that revision. `end` when ' +
        'the token has expired: reconnect with a new one.',
      STREAM_EXAMPLE,
    ),
    problems: READ_PROBLEMS,
    headers: {
      'Last-Event-ID':
        'Continue after the event with this id, or after the row with this id. When it is absent, only new rows are sent.',
    },
  },
  {
    path: '/v1/users/{user_id}/balance',
    summary: 'The balance as recorded, or at a time in the past',
    tag: 'Statement',
    query: balanceQuery,
    success: json(
      'AccountBalance',
      'The balance, the points held by open pre-deductions, and what is owed.',
    ),
    problems: READ_PROBLEMS,
  },
  {
    path: '/v1/users/{user_id}/batches',
    summary: 'Batches with points left, in the order in which they will be drawn',
    tag: 'Statement',
    query: batchesQuery,
    success: json('AccountBatches', 'The batches.'),
    problems: READ_PROBLEMS,
  },
  {
    path: '/v1/users/{user_id}/usage',
    summary: 'Consumed points by day, by business, or by both',
    tag: 'Statement',
    query: usageQuery,
    success: json('Usage', 'One item for each day, business, or business of a day with usage.'),
    problems: READ_PROBLEMS,
  },
  {
    path: '/v1/users/{user_id}/events',
    summary: 'The stored events of an account',
    tag: 'Audit',
    query: eventsQuery,
    success: json(
      'EventsPage',
      'A page of events, oldest first. The `hash` of an event covers all of it but `position`. When ' +
        'the database recorded it (`recorded_at`) is covered by no hash, and is not shown.',
    ),
    problems: READ_PROBLEMS,
  },
  {
    path: '/v1/users/{user_id}/state',
    summary: 'The account state after an event, by which commands were decided',
    tag: 'Audit',
    query: stateQuery,
    success: json('AccountState', 'The state.'),
    problems: [...READ_PROBLEMS, 'NotFound'],
  },
  {
    path: '/v1/settings',
    summary: 'The versions of the settings, newest first',
    tag: 'Settings',
    query: settingsQuery,
    success: json(
      'SettingsPage',
      'A page of versions. `in_force` is the one in force now, `next_before` continues.',
    ),
    problems: SETTINGS_PROBLEMS,
    isWithoutPosition: true,
  },
  {
    path: '/v1/settings/{version}',
    summary: 'One version of the settings, whole',
    tag: 'Settings',
    success: json('SettingsVersion', 'The version, as it was published.'),
    problems: [...SETTINGS_PROBLEMS, 'NotFound'],
    isWithoutPosition: true,
  },
  {
    path: '/v1/businesses',
    summary: 'The businesses in force now, with their labels and prices',
    tag: 'Settings',
    success: json('BusinessList', 'The businesses, the retired ones among them.'),
    problems: SETTINGS_PROBLEMS,
    isWithoutPosition: true,
  },
  publicRead('/health/live', 'Whether the process must be restarted', {
    success: probe('The process is alive.'),
  }),
  publicRead('/health/ready', 'Whether the process can serve requests', {
    success: probe('The process is ready.'),
  }),
  publicRead('/metrics', 'Metrics for Prometheus', {
    success: text('text/plain', 'Metrics in the text format of Prometheus.', METRICS_EXAMPLE),
    problems: ['NotFound'],
  }),
  publicRead('/openapi.json', 'This OpenAPI document', {
    success: {
      description:
        'The document, with the commands of the rules in force now. While the settings can’t be read: of ' +
        'those that were in force last, or of the newest.',
      mediaType: 'application/json',
      schema: { type: 'object' },
      example: { openapi: '3.1.0' },
    },
  }),
  publicRead('/docs', 'The interactive API reference', {
    success: text('text/html', 'A page that renders this document.', '<!doctype html>'),
  }),
];

function publicRead(
  path: string,
  summary: string,
  {
    success,
    problems = [],
  }: Pick<ReadOperation, 'success'> & Partial<Pick<ReadOperation, 'problems'>>,
): ReadOperation {
  const all: readonly ProblemResponseName[] = ['MethodNotAllowed', ...problems];
  return { path, summary, tag: 'Operations', success, problems: all, isPublic: true };
}
