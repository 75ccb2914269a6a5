import type { ConsumptionStory, TransactionStory } from '#contracts';
import { eventOf, AT } from '../testing/event-builders.js';
import { formatLocalTime } from '../format/time.js';
import { rowOf } from '../testing/row-builder.js';
import { en } from '../i18n/en.js';
import { zh } from '../i18n/zh.js';
import { costOf, explainTransaction } from './explanation.js';

const consumption = (overrides: Partial<ConsumptionStory>): ConsumptionStory => ({
  consumption_id: 'c-1',
  revision: 1,
  source_type: 'video',
  source_id: 'task-4',
  status: 'closed',
  estimate: null,
  actual: null,
  refunded: 0,
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
  command: { source: '/specs', id: 'c-1', type: 'ConsumePoints', received_at: AT },
  consumption: fields,
  refunds: [],
  ...overrides,
});

const draws = (...points: readonly number[]) =>
  points.map((drawn, at) => ({ batch_id: at + 1, points: drawn }));
const explainInBoth = (fields: Partial<ConsumptionStory>) =>
  [zh, en].map((messages) => explainTransaction(storyWith(consumption(fields)), messages));

describe('the explanation of a consumption', () => {
  it('exists in both languages', () => {
    expect(explainInBoth({})).toEqual(['视频生成消费了 800 积分。', 'Video took 800 points.']);
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
      /差额 100 积分已补扣。/,
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
    expect(explainTransaction(storyWith(null, { transaction }), zh)).toMatch(
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
    const why = explainTransaction(storyWith(null, { transaction, event }), zh);
    expect(why).toContain(formatLocalTime(AT));
    expect(why).toContain('60 积分');
  });
});
