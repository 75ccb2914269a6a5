import type { z } from 'zod';
import {
  accountBalance,
  accountBatches,
  accountState,
  balanceQuery,
  batchesQuery,
  eventsPage,
  eventsQuery,
  exportQuery,
  stateQuery,
  storyQuery,
  streamQuery,
  transactionStory,
  transactionsPage,
  transactionsQuery,
  usage,
  usageQuery,
} from '#contracts';

export interface Operation {
  /** As OpenAPI writes it. */
  readonly path: string;
  readonly summary: string;
  readonly group: 'Reading' | 'For auditors' | 'For those who run it';
  readonly answers: string;
  readonly query?: z.ZodObject;
  /** null: no JSON. */
  readonly answer: { readonly name: string; readonly schema: z.ZodType } | null;
  readonly mediaType: string;
  readonly statuses: readonly number[];
  readonly headers?: Readonly<Record<string, string>>;
}

const JSON_TYPE = 'application/json';
const READ_STATUSES = [400, 401, 403, 409, 429, 503];

const OPEN = {
  '/health/live': ['Whether the process has to be started anew', JSON_TYPE],
  '/health/ready': ['Whether work flows', JSON_TYPE],
  '/metrics': ['Figures for Prometheus', 'text/plain'],
  '/openapi.json': ['This description', JSON_TYPE],
  '/docs': ['This description, to be read', 'text/html'],
} as const;

/** Everything that is read; commands have a table of their own in the contracts. */
export const READ_OPERATIONS: readonly Operation[] = [
  {
    path: '/v1/users/{user_id}/transactions',
    summary: 'The statement, newest first, page by page',
    group: 'Reading',
    answers: 'A page. `next_cursor` brings the next one, with the same filters.',
    query: transactionsQuery,
    answer: { name: 'TransactionsPage', schema: transactionsPage },
    mediaType: JSON_TYPE,
    statuses: READ_STATUSES,
  },
  {
    path: '/v1/users/{user_id}/transactions/{id}',
    summary: 'Why a row is there: its event, its command, its consumption, its refunds',
    group: 'Reading',
    answers:
      'The story of the row. It is named by its `row_ref`, for ever, or by its `id`, which is 404 when the ' +
      'row has another by now. No id ever names a second row.',
    query: storyQuery,
    answer: { name: 'TransactionStory', schema: transactionStory },
    mediaType: JSON_TYPE,
    statuses: [...READ_STATUSES, 404],
  },
  {
    path: '/v1/users/{user_id}/transactions.csv',
    summary: 'The filtered statement as a file for spreadsheets',
    group: 'Reading',
    answers: 'The whole filtered statement, newest first, as it is read.',
    query: exportQuery,
    answer: null,
    mediaType: 'text/csv',
    statuses: READ_STATUSES,
  },
  {
    path: '/v1/users/{user_id}/transactions/stream',
    summary: 'New rows as they come, as server-sent events',
    group: 'Reading',
    answers:
      'Events `transaction`, whose id names the row: its own id, revision and line; `account` with the revision that the account ' +
      'has come to, behind its rows if it made any. `end` when the token has expired: come again ' +
      'with a new one.',
    query: streamQuery,
    answer: null,
    mediaType: 'text/event-stream',
    statuses: READ_STATUSES,
    headers: {
      'Last-Event-ID':
        'Go on behind the event of this id, or the row of this id; from now on when it is left out.',
    },
  },
  {
    path: '/v1/users/{user_id}/balance',
    summary: 'The balance as recorded, or at a moment that is past',
    group: 'Reading',
    answers: 'The balance, and the points held in open pre-deductions.',
    query: balanceQuery,
    answer: { name: 'AccountBalance', schema: accountBalance },
    mediaType: JSON_TYPE,
    statuses: READ_STATUSES,
  },
  {
    path: '/v1/users/{user_id}/batches',
    summary: 'Batches with points left, in the order in which they will be drawn',
    group: 'Reading',
    answers: 'The batches.',
    query: batchesQuery,
    answer: { name: 'AccountBatches', schema: accountBatches },
    mediaType: JSON_TYPE,
    statuses: READ_STATUSES,
  },
  {
    path: '/v1/users/{user_id}/usage',
    summary: 'What was consumed: by day, by business, or by both',
    group: 'Reading',
    answers: 'One item for each day, business or business of a day that has something.',
    query: usageQuery,
    answer: { name: 'Usage', schema: usage },
    mediaType: JSON_TYPE,
    statuses: READ_STATUSES,
  },
  {
    path: '/v1/users/{user_id}/events',
    summary: 'The stored events of an account',
    group: 'For auditors',
    answers:
      'A page of events, oldest first. All of an item but `position` is covered by its `hash`. When ' +
      'the database took it in (`recorded_at`) is in no hash, and is not shown.',
    query: eventsQuery,
    answer: { name: 'EventsPage', schema: eventsPage },
    mediaType: JSON_TYPE,
    statuses: READ_STATUSES,
  },
  {
    path: '/v1/users/{user_id}/state',
    summary: 'The account after an event, as commands were judged by it',
    group: 'For auditors',
    answers: 'The state.',
    query: stateQuery,
    answer: { name: 'AccountState', schema: accountState },
    mediaType: JSON_TYPE,
    statuses: [...READ_STATUSES, 404],
  },
  ...(['/health/live', '/health/ready', '/metrics', '/openapi.json', '/docs'] as const).map(open),
];

function open(path: keyof typeof OPEN): Operation {
  const [summary, mediaType] = OPEN[path];
  const statuses = path === '/health/ready' ? [503] : [];
  const group = 'For those who run it';
  return { path, summary, group, answers: summary, answer: null, mediaType, statuses };
}
