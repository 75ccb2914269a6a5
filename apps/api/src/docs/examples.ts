import type { CommandType } from '#contracts';
import { DEFAULT_SETTINGS_POLICY, FIRST_BUSINESSES } from '#ledger';

// Examples for the users of the API. A spec parses every example with its schema, those of commands in
// the form of every rules that know them.

export const USER_ID = '0a11ce00-0000-4000-8000-000000000001';
const BATCH_ID = 7_250_195_860_694_256;
export const POSITION = 'postgres:0000000000000005';

export const COMMAND_EXAMPLES: Readonly<Record<CommandType, object>> = {
  RechargePoints: {
    user_id: USER_ID,
    points: 100,
    expires_at: '2031-01-01T00:00:00+08:00',
    priority: 10,
    source_id: 'order-1',
  },
  ConsumePoints: {
    user_id: USER_ID,
    points: 20,
    source_type: 'video',
    source_id: 'task-3',
    duration: 9,
    settle_within: 3_600,
  },
  ExtendConsumption: { user_id: USER_ID, consumption_id: 'c3', settle_within: 3_600, points: 5 },
  SettleConsumption: { user_id: USER_ID, consumption_id: 'c3', points: 8, duration: 4.25 },
  RefundPoints: { user_id: USER_ID, consumption_id: 'c3', points: 5, reason: '生成失败' },
  ReverseRecharge: {
    user_id: USER_ID,
    recharge_id: 'order-1',
    points: 40,
    cause: 'chargeback',
    shortfall: 'owe',
    metadata: { case: 'dispute-7' },
  },
  ReinstateRecharge: { user_id: USER_ID, recharge_id: 'order-1', points: 40, reason: '申诉成功' },
  ExpirePoints: { user_id: USER_ID },
};

const OUTCOME = {
  command_id: 'c3',
  command_source: 'api:billing',
  command_type: 'ConsumePoints',
  user_id: USER_ID,
  status: 'accepted',
  code: null,
  detail: null,
  balance: 65,
  owed: 0,
  points: 20,
  collected: null,
  uncollected: null,
  consumption_id: 'c3',
  recharge_id: null,
  batch_id: null,
  position: POSITION,
  replayed: false,
} as const;

export const OUTCOME_EXAMPLES = {
  accepted: OUTCOME,
  refused: {
    ...OUTCOME,
    status: 'refused',
    code: 'InsufficientPoints',
    detail: 'The account has 5 points.',
    balance: 5,
    points: null,
  },
  reused: {
    ...OUTCOME,
    status: 'refused',
    code: 'CommandIdReused',
    detail: 'This command id was used before for another command.',
    points: null,
    position: null,
  },
} as const;

/** What the outcome of each command has of its own. */
const OUTCOMES: Readonly<Record<CommandType, object>> = {
  RechargePoints: { points: 100, recharge_id: 'order-1', batch_id: BATCH_ID },
  ConsumePoints: { points: 20, consumption_id: 'c3' },
  ExtendConsumption: { points: 5, consumption_id: 'c3' },
  SettleConsumption: { points: 12, uncollected: 0, consumption_id: 'c3' },
  RefundPoints: { points: 5, consumption_id: 'c3' },
  ReverseRecharge: { points: 40, uncollected: 0, recharge_id: 'order-1' },
  ReinstateRecharge: { points: 40, recharge_id: 'order-1' },
  ExpirePoints: { points: null },
};

/** The outcome of each command, derived from the one above. */
export function outcomeExample(type: CommandType): object {
  return {
    ...OUTCOME,
    command_id: 'order-1',
    command_type: type,
    consumption_id: null,
    ...OUTCOMES[type],
  };
}

const CONSUMED = {
  id: 6,
  user_id: USER_ID,
  type: 'consume',
  amount: 20,
  balance_before: 85,
  balance_after: 65,
  source_type: 'video',
  source_id: 'task-3',
  batch_id: BATCH_ID,
  duration: 4.25,
  description: '【视频生成】',
  created_at: '2030-06-01T00:03:00.000Z',
  updated_at: '2030-06-01T00:04:00.000Z',
  row_ref: 'r4.0',
};

const EVENT = {
  revision: 4,
  position: POSITION,
  id: '102423c3-0c30-54d0-ad66-5442a0c133cf',
  type: 'PointsConsumed',
  at: '2030-06-01T00:03:00.000Z',
  data: {
    at: '2030-06-01T00:03:00.000Z',
    receivedAt: '2030-06-01T00:03:00.000Z',
    commandId: 'cd2e386b-9602-54be-986a-40ba83219df0',
    digest: '05f16bef65a2078ad45c108ddd2cbb3b1a0540d377879c3792a54abf99ac6489',
    balanceAfter: 65,
    type: 'PointsConsumed',
    consumptionId: 'c3',
    of: null,
    sourceType: 'video',
    sourceId: 'task-3',
    points: 20,
    draws: [{ batchId: BATCH_ID, points: 20 }],
    duration: 9,
    settleBy: '2030-06-01T01:03:00.000Z',
  },
  meta: {
    command: { id: 'c3', source: 'api:billing', type: 'ConsumePoints' },
    correlation: '0af7651916cd43dd8448eb211c80319c',
    policy: '1451efcc3310ff4e',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    v: 1,
  },
  hash: 'a9e630c0f9f9498946e964737415e8e7b22f5735c7b0d420d93870c697a26253',
};

const PRICE_EXAMPLE = {
  settings: 2,
  unit: 'second',
  points: '2',
  per: '1',
  step: null,
  minimum: 1,
  rounding: 'up' as const,
};

const DRAWS = [{ batch_id: BATCH_ID, points: 20 }];

const BUSINESSES_EXAMPLE = [
  ...FIRST_BUSINESSES.map((business) => ({ ...business })),
  {
    code: 'translate',
    label: '【文档翻译】',
    unit: 'character',
    price: { points: '3', per: '1000', step: '1000', minimum: 1, rounding: 'up' as const },
    retired: false,
  },
];

export const QUOTE_EXAMPLE = { source_type: 'translate', quantity: 2_500, user_id: USER_ID };

/** A request to publish version 2, with a business that is priced by the character. */
export const SETTINGS_DRAFT_EXAMPLE = {
  version: 2,
  from: '2030-07-01T00:00:00.000Z',
  note: '新增文档翻译，每千字 3 积分',
  rules: 2,
  policy: { ...DEFAULT_SETTINGS_POLICY[2] },
  businesses: BUSINESSES_EXAMPLE,
  notices: { lowBalance: [100], expiringSoonDays: [7, 1] },
};

const SETTINGS_EXAMPLE = {
  ...SETTINGS_DRAFT_EXAMPLE,
  at: '2030-06-20T02:00:00.000Z',
  by: 'li.wei@example.com',
};

/** Example answers by the name of their schema. */
export const RESPONSE_EXAMPLES = {
  SettingsVersion: SETTINGS_EXAMPLE,
  SettingsDraft: SETTINGS_DRAFT_EXAMPLE,
  SettingsCheck: { valid: true as const, version: 2 },
  SettingsPreview: {
    version: 2,
    items: [
      {
        user_id: USER_ID,
        consumption_id: 'c3',
        source_type: 'translate',
        source_id: 'document-9',
        at: '2030-06-01T00:03:00.000Z',
        unit: 'character',
        quantity: 1_200,
        paid: 5,
        would_pay: 6,
        code: null,
      },
    ],
  },
  SettingsPage: {
    in_force: 1,
    newest: 2,
    items: [
      {
        version: 2,
        from: SETTINGS_EXAMPLE.from,
        rules: 2,
        at: SETTINGS_EXAMPLE.at,
        by: SETTINGS_EXAMPLE.by,
        note: SETTINGS_EXAMPLE.note,
      },
      {
        version: 1,
        from: '0001-01-01T00:00:00.000Z',
        rules: 1,
        at: '2030-01-01T00:00:00.000Z',
        by: 'points-ledger',
        note: null,
      },
    ],
    next_before: null,
  },
  Quote: {
    points: 9,
    price: {
      unit: 'character',
      ...{ points: '3', per: '1000', step: '1000', minimum: 1, rounding: 'up' as const },
    },
    settings: 2,
    affordable: true,
    balance: 65,
  },
  BusinessList: { settings: 2, items: BUSINESSES_EXAMPLE },
  CommandOutcome: OUTCOME,
  TransactionsPage: { items: [CONSUMED], next_cursor: null },
  TransactionStory: {
    transaction: CONSUMED,
    event: EVENT,
    command: {
      source: 'api:billing',
      id: 'c3',
      type: 'ConsumePoints',
      received_at: '2030-06-01T00:03:00.000Z',
      metadata: null,
    },
    consumption: {
      consumption_id: 'c3',
      revision: 4,
      source_type: 'video',
      source_id: 'task-3',
      status: 'open',
      estimate: 20,
      actual: null,
      charged: null,
      owed: 0,
      uncollected: 0,
      refunded: 0,
      quantity: 9,
      price: PRICE_EXAMPLE,
      duration: 9,
      settle_by: '2030-06-01T01:03:00.000Z',
      opened_at: '2030-06-01T00:03:00.000Z',
      closed_at: null,
      draws: DRAWS,
      transactions: [CONSUMED],
    },
    recharge: null,
    refunds: [],
  },
  AccountBalance: {
    user_id: USER_ID,
    balance: 65,
    held: 20,
    owed: 0,
    position: POSITION,
    at: '2030-06-01T00:04:00.000Z',
  },
  AccountBatches: {
    items: [
      {
        batch_id: BATCH_ID,
        points: 100,
        remaining: 65,
        priority: 50,
        expires_at: null,
        created_at: '2030-06-01T00:00:00.000Z',
      },
    ],
  },
  Usage: {
    items: [{ day: '2030-06-01', consumed: 85, refunded: 72, count: 3, duration: 16.75 }],
  },
  EventsPage: { items: [EVENT], next_after: null },
  AccountState: {
    user_id: USER_ID,
    revision: 4,
    at: '2030-06-01T00:03:00.000Z',
    balance: 65,
    held: 20,
    owed: 0,
    batches: [{ batch_id: BATCH_ID, remaining: 65, priority: 50, expires_at: null, grace: false }],
    open_consumptions: [
      {
        consumption_id: 'c3',
        revision: 4,
        source_type: 'video',
        source_id: 'task-3',
        estimate: 20,
        settle_by: '2030-06-01T01:03:00.000Z',
        draws: DRAWS,
      },
    ],
    remembered_commands: 5,
    remembered_consumptions: 3,
  },
};

export const CSV_EXAMPLE = [
  Object.keys(CONSUMED).join(','),
  Object.values(CONSUMED)
    .map((value) => String(value ?? ''))
    .join(','),
].join('\r\n');

export const STREAM_EXAMPLE = [
  'retry: 1000\nid: 5.3.0\nevent: open\ndata: {}',
  `id: 6.4.0\nevent: transaction\ndata: ${JSON.stringify(CONSUMED)}`,
  'event: account\ndata: {"revision":4}',
].join('\n\n');

export const METRICS_EXAMPLE = [
  '# HELP ledger_http_streams Open streams and exports',
  '# TYPE ledger_http_streams gauge',
  'ledger_http_streams 0',
].join('\n');
