import { z } from 'zod';
import type { FieldError, ParseResult } from './field-error.js';
import * as contracts from './index.js';
import {
  TRANSACTION_FIELDS,
  accountBalance,
  accountBatches,
  accountMoved,
  accountState,
  commandDataSchemas,
  commandOutcome,
  eventsPage,
  parseWith,
  problem,
  transactionStory,
  transactionsPage,
  usage,
} from './index.js';

const user_id = 'd4930aff-f7b8-541b-ad96-1cb0b5223736';
const at = '2030-01-31T00:00:00.000Z';

const row = {
  id: 1,
  user_id,
  type: 'consume',
  amount: 12,
  balance_before: 100,
  balance_after: 88,
  source_type: 'tts',
  source_id: 'task-1',
  batch_id: 2992014588188427,
  duration: 12.5,
  description: '【配音合成】',
  created_at: at,
  updated_at: at,
  row_ref: 'r1.0',
};

const stored = {
  revision: 1,
  position: 'pg-0001',
  id: '44c1c0da-842e-5fe9-982f-daf4f631f844',
  type: 'PointsConsumed',
  at,
  data: {
    type: 'PointsConsumed',
    at,
    receivedAt: at,
    commandId: user_id,
    digest: 'ab',
    balanceAfter: 88,
    draws: [{ batchId: 7, points: 12 }],
  },
  meta: {
    v: 1,
    command: { source: '/dubbing', id: 'task-1', type: 'ConsumePoints' },
    policy: '0123456789abcdef',
    correlation: 'c',
  },
  hash: 'ab'.repeat(32),
};

const consumption = {
  consumption_id: 'task-1',
  revision: 1,
  source_type: 'tts',
  source_id: 'task-1',
  status: 'settled',
  estimate: 20,
  actual: 12,
  charged: 12,
  owed: 0,
  uncollected: 0,
  refunded: 8,
  quantity: 12.5,
  price: null,
  duration: 12.5,
  settle_by: at,
  opened_at: at,
  closed_at: at,
  draws: [{ batch_id: 7, points: 20 }],
  transactions: [row],
};

const recharge = {
  recharge_id: 'order-1',
  revision: 0,
  batch_id: 7,
  source_id: 'order-1',
  points: 100,
  reversed: 40,
  reinstated: 10,
  transactions: [row],
};

const state = {
  user_id,
  revision: 1,
  at,
  balance: 88,
  held: 0,
  owed: 0,
  batches: [{ batch_id: 7, remaining: 88, priority: 0, expires_at: null, grace: true }],
  open_consumptions: [
    {
      consumption_id: 'task-2',
      revision: 1,
      source_type: 'video',
      source_id: null,
      estimate: 5,
      settle_by: at,
      draws: [{ batch_id: 7, points: 5 }],
    },
  ],
  remembered_commands: 2,
  remembered_consumptions: 1,
};

const batch = {
  batch_id: 7,
  points: 100,
  remaining: 88,
  priority: 50,
  expires_at: at,
  created_at: at,
};
const used = { consumed: 12, refunded: 0, count: 1, duration: 12.5 };
const empty = { ...state, revision: null, at: null, batches: [], open_consumptions: [] };

/** It names the settings instead of a policy, and what the digest of its command covers. */
const storedByRules2 = {
  ...stored,
  data: { ...stored.data, owedAfter: 0, quantity: 2.5, price: null },
  meta: {
    command: stored.meta.command,
    correlation: 'c',
    data: { points: 12, source_type: 'chat', user_id },
    rules: 2,
    settings: 3,
    v: 2,
  },
};

const answers = {
  'a page of the statement': [transactionsPage, { items: [row], next_cursor: 'abc' }],
  'the last page': [transactionsPage, { items: [], next_cursor: null }],
  'a balance': [accountBalance, { user_id, balance: 88, held: 12, owed: 0, position: 'pg-1', at }],
  batches: [accountBatches, { items: [batch, { ...batch, expires_at: null }] }],
  'usage by day': [usage, { items: [{ day: '2030-01-31', ...used }] }],
  'usage by day and business': [
    usage,
    { items: [{ day: '2030-01-31', source_type: 'tts', ...used }] },
  ],
  'usage by business': [usage, { items: [{ source_type: 'voice_clone', ...used }] }],
  'a page of events': [eventsPage, { items: [stored], next_after: 1 }],
  'a page of events of rules 2': [eventsPage, { items: [storedByRules2], next_after: null }],
  'the story of a row': [
    transactionStory,
    {
      transaction: row,
      event: stored,
      command: { ...stored.meta.command, received_at: at, metadata: { job: '7' } },
      consumption,
      recharge: null,
      refunds: [{ ...row, type: 'refund' }],
    },
  ],
  'the story of a recharge': [
    transactionStory,
    {
      transaction: { ...row, type: 'recharge', source_type: null, duration: null },
      event: stored,
      command: { ...stored.meta.command, received_at: at, metadata: null },
      consumption: null,
      recharge,
      refunds: [],
    },
  ],
  'an account that moved': [accountMoved, { revision: 0 }],
  'the state of an account': [accountState, state],
  'the state of a new account': [accountState, empty],
  'a problem': [
    problem,
    {
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      errors: [{ field: 'points', reason: 'must be more' }],
    },
  ],
} as const satisfies Record<string, readonly [z.ZodType, unknown]>;

const badFields = (parsed: ParseResult<unknown>): string[] =>
  parsed.ok ? [] : parsed.errors.map(({ field }: FieldError) => field);

describe('a response', () => {
  it.each(Object.entries(answers))('with %s keeps every field', (_, [schema, answer]) => {
    expect(parseWith<unknown>(schema, answer)).toEqual({ ok: true, value: answer });
  });

  it.each(Object.entries(answers))('with %s accepts nothing else', (_, [schema]) => {
    for (const input of [undefined, null, 7, 'text', [], {}]) {
      expect(parseWith<unknown>(schema, input).ok).toBe(false);
    }
  });

  it('reports errors by their path', () => {
    const page = { items: [row, { ...row, amount: -1, type: 'gift', created_at: 'now' }] };
    expect(badFields(parseWith(transactionsPage, page))).toEqual([
      'items.1.type',
      'items.1.amount',
      'items.1.created_at',
      'next_cursor',
    ]);
  });

  it('has the columns of the statement in order', () => {
    expect(TRANSACTION_FIELDS).toEqual(Object.keys(row));
  });
});

describe('the JSON Schema', () => {
  const commands = ([1, 2] as const).flatMap((rules) =>
    Object.entries(commandDataSchemas(rules)).map(
      ([type, schema]) => [`${type} by rules ${rules}`, schema] as const,
    ),
  );
  const bodies = { ...Object.fromEntries(commands), commandOutcome, ...answers };

  it.each(Object.entries(bodies))('can be generated for %s', (_, schema) => {
    const body = 'safeParse' in schema ? schema : schema[0];
    for (const io of ['input', 'output'] as const) {
      expect(JSON.stringify(z.toJSONSchema(body, { io }))).toContain('"type"');
    }
  });

  it('says that expires_at is required', () => {
    for (const [, schema] of commands.filter(([name]) => name.startsWith('RechargePoints'))) {
      const { required } = z.toJSONSchema(schema, { io: 'input' });
      expect(required).toEqual(['user_id', 'points', 'expires_at']);
    }
  });

  it('can be generated for every query', () => {
    const queries = Object.entries(contracts).flatMap(([name, value]) =>
      name.endsWith('Query') && value instanceof z.ZodObject ? [value] : [],
    );
    expect(queries).toHaveLength(13);
    for (const query of queries) {
      expect(z.toJSONSchema(query, { io: 'input' })).toMatchObject({ type: 'object' });
    }
  });
});
