import type { ConsumptionStory, TransactionStory } from '#contracts';
import { eventOf, AT } from '../testing/event-builders.js';
import { formatLocalTime } from '../format/time.js';
import { rowOf } from '../testing/row-builder.js';
import { en } from '../i18n/en.js';
import { zh } from '../i18n/zh.js';
import { Businesses } from '../businesses/businesses.js';
import { businessOf } from '../testing/settings-builders.js';
import { costOf } from './cost.js';
import { explainTransaction } from './explanation.js';

const businesses = new Businesses([businessOf('video', { label: '【视频生成】' })]);

const consumption = (overrides: Partial<ConsumptionStory>): ConsumptionStory => ({
  consumption_id: 'c-1',
  revision: 1,
  source_type: 'video',
  source_id: 'task-4',
  status: 'closed',
  estimate: null,
  actual: null,
  charged: null,
  owed: 0,
  uncollected: 0,
  refunded: 0,
  quantity: null,
  price: null,
  duration: null,
  settle_by: null,
  opened_at: AT,
  closed_at: AT,
  draws: [{ batch_id: 1, points: 800 }],
  transactions: [],
  ...overrides,
});

const storyWith = (
  fields: ConsumptionStory | null,
  overrides: Partial<TransactionStory> = {},
): TransactionStory => ({
  transaction: rowOf(1),
  event: eventOf(1, 'PointsConsumed', 0, {}),
  command: { source: '/specs', id: 'c-1', type: 'ConsumePoints', received_at: AT, metadata: null },
  consumption: fields,
  recharge: null,
  refunds: [],
  ...overrides,
});

const draws = (...points: readonly number[]) =>
  points.map((drawn, at) => ({ batch_id: at + 1, points: drawn }));
const explainInBoth = (fields: Partial<ConsumptionStory>) =>
  [zh, en].map((messages) =>
    explainTransaction(storyWith(consumption(fields)), messages, businesses),
  );

describe('the explanation of a consumption', () => {
  it('exists in both languages', () => {
    expect(explainInBoth({})).toEqual(['视频生成消费了 800 积分。', '视频生成 took 800 points.']);
  });

  it.each<[string, Partial<ConsumptionStory>, RegExp]>([
    ['is under way', { status: 'open', estimate: 800, settle_by: AT }, /正在进行.*800 积分/],
    [
      'cost less than held',
      { status: 'settled', estimate: 800, actual: 640, refunded: 160 },
      /预扣 800 积分，实际费用 640 积分，差额 160 积分已返还。$/,
    ],
    [
      'cost more than held',
      { status: 'settled', estimate: 800, actual: 900, draws: draws(800, 100) },
      /差额 100 积分已追加扣除。/,
    ],
    ['cost what was held', { status: 'settled', estimate: 800, actual: 800 }, /与预扣相同。$/],
    [
      'was settled late',
      { status: 'settled', estimate: 800, actual: 640, refunded: 800, draws: draws(800, 640) },
      /因逾期未结算已返还.*扣除 640 积分。积分分 2 笔/,
    ],
    ['was cancelled', { status: 'cancelled', estimate: 800, refunded: 800 }, /已取消.*全部返还。$/],
    ['ran out of time', { status: 'timed_out', estimate: 800, refunded: 800 }, /逾期未结算/],
    ['came back later', { refunded: 300 }, /消费了 800 积分。其中 300 积分后来已返还。$/],
    ['came back whole', { refunded: 800 }, /后来已全部返还。$/],
    [
      'came back once more after its settlement',
      { status: 'settled', estimate: 800, actual: 640, refunded: 260 },
      /差额 160 积分已返还。其中 100 积分后来已返还。$/,
    ],
    ['came out of batches', { draws: draws(500, 300) }, /积分分 2 笔从各批次扣减/],
  ])('says that it %s', (_, fields, sentence) => {
    const [chinese] = explainInBoth(fields);
    expect(chinese).toMatch(sentence);
  });

  it('has the net cost after refunds', () => {
    expect(costOf(consumption({ draws: draws(800, 100), refunded: 300 }))).toEqual({
      drawn: 900,
      refunded: 300,
      net: 600,
    });
  });
});

describe('the explanation of another row', () => {
  it('names the order of a recharge', () => {
    const transaction = rowOf(1, { type: 'recharge', amount: 5_000, source_id: 'order-1' });
    expect(explainTransaction(storyWith(null, { transaction }), zh, businesses)).toMatch(
      /^订单 order-1 充值了 5,000 积分/,
    );
  });

  it('names the due time of expired points', () => {
    const event = eventOf(1, 'PointsExpired', 0, { batchId: 1, points: 60, expiredAt: AT });
    const transaction = rowOf(1, {
      type: 'expire',
      amount: 60,
      created_at: '2031-01-01T00:00:00.000Z',
    });
    const why = explainTransaction(storyWith(null, { transaction, event }), zh, businesses);
    expect(why).toContain(formatLocalTime(AT));
    expect(why).toContain('60 积分');
  });
});

describe('the explanation of a debt', () => {
  const row = (id: number, description: string, amount: number) =>
    rowOf(id, { type: 'consume', description: `【${description}】`, amount });
  const video = row(1, '视频生成', 100);
  const collected = row(2, '视频生成补扣', 12);
  const settled = (fields: Partial<ConsumptionStory>) =>
    explainInBoth({
      ...{ status: 'settled', estimate: 100, actual: 130, charged: 100 },
      ...{ draws: draws(100), transactions: [video] },
      ...fields,
    });

  it.each<[string, Partial<ConsumptionStory>, string]>([
    ['is open', { owed: 30 }, '30 积分记为欠费。'],
    [
      'was paid in part, and forgiven in part',
      { charged: 112, owed: 3, draws: draws(100, 12), transactions: [video, collected] },
      '30 积分记为欠费，其后已补扣 12 积分，免除欠费 15 积分，尚欠 3 积分。',
    ],
    [
      'is as large as one may be',
      { actual: 150, charged: 104, owed: 26, uncollected: 20, draws: draws(100, 4) },
      '预扣之外另扣除 4 积分，26 积分记为欠费，未收 20 积分。',
    ],
    ['can never arise, because the rest is not collected', { uncollected: 30 }, '未收 30 积分。'],
  ])('says that it %s', (_, fields, parts) => {
    expect(settled(fields)[0]).toContain(
      `视频生成预扣 100 积分，实际费用 ${fields.actual ?? 130} 积分，余额不足：${parts}`,
    );
  });

  it('says what a late settlement left to pay', () => {
    const late = { charged: 0, owed: 130, refunded: 100 };
    expect(settled(late)).toEqual([
      '视频生成预扣的 100 积分因逾期未结算已返还；逾期结算的实际费用为 130 积分，余额不足：130 积分记为欠费。',
      'The 100 points held for 视频生成 were refunded after the timeout; the late settlement cost 130, ' +
        'more than the balance: 130 points became a debt.',
    ]);
  });

  it('says that a pre-deduction was charged when it timed out', () => {
    const [chinese] = settled({ actual: 100, settle_by: AT, closed_at: AT });
    expect(chinese).toBe('视频生成逾期未结算，按预扣的 100 积分计费。');
  });
});

describe('the explanation of a reversed recharge', () => {
  const recharge = { rechargeId: 'r-1', of: 0, sourceId: 'order-7', reason: null };
  const explained = (type: string, data: Readonly<Record<string, unknown>>) => {
    const transaction = rowOf(5, { type: 'expire', amount: 40, source_id: 'order-7' });
    const event = eventOf(5, type, 0, { ...recharge, ...data });
    return explainTransaction(storyWith(null, { transaction, event }), zh, businesses);
  };

  it('says why it was reversed, and what its batch did not have', () => {
    const reversed = { batchId: 1, points: 40, owed: 50, uncollected: 10, cause: 'chargeback' };
    expect(explained('RechargeReversed', reversed)).toBe(
      '充值 order-7 因拒付撤销：从原批次扣回 40 积分，50 积分记为欠费，未收 10 积分。',
    );
  });

  it('says what came back', () => {
    const reinstated = { points: 20, forgiven: 50, waived: 10, returns: [] };
    expect(explained('RechargeReinstated', reinstated)).toBe(
      '充值 order-7 已作充值恢复：退回批次 20 积分，免除欠费 50 积分，冲销未收 10 积分。',
    );
  });

  it('says which points paid its debt', () => {
    const debt = { consumptionId: null, sourceType: null, points: 40, draws: [] };
    expect(explained('DebtCollected', debt)).toBe(
      '充值 order-7 已撤销，所欠积分由之后入账的积分补扣 40 积分。',
    );
  });

  it('says of the recharge how much of it is reversed', () => {
    const transaction = rowOf(1, { type: 'recharge', amount: 100, source_id: 'order-7' });
    const event = eventOf(0, 'PointsRecharged', 100, {
      ...{ batchId: 1, points: 100, expiresAt: null, priority: 50, sourceId: 'order-7' },
    });
    const story = {
      recharge_id: 'r-1',
      revision: 0,
      batch_id: 1,
      source_id: 'order-7',
      points: 100,
      reversed: 100,
      reinstated: 80,
      transactions: [transaction],
    };
    expect(
      explainTransaction(storyWith(null, { transaction, event, recharge: story }), zh, businesses),
    ).toMatch(/计入新批次。其中 20 积分已撤销。$/);
  });
});
