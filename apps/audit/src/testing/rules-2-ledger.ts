import type { CommandType } from '#contracts';
import type { EventStore, SealedSnapshots } from '#event-store';
import { DEFAULT_POLICY, FIRST_BUSINESSES, type Business } from '#ledger';
import { WriterBeforeSettings, WriterUnderSettings, type SentInTest } from './ledger-writer.js';
import { USERS, dayTime } from './sample-ledger.js';

// A ledger that began before there were settings, went on under rules 1 and then under rules 2, with
// every command and every event of rules 2 in it.

/** From this moment on, rules 2 are in force. */
export const SWITCHED = dayTime(4);

const VIDEO: Business = {
  code: 'video',
  label: '【视频生成】',
  unit: 'second',
  price: { points: '2.5', per: '1', step: '2', minimum: 5, rounding: 'up' },
  retired: false,
};
const CHAT: Business = {
  code: 'chat',
  label: '【对话】',
  unit: 'thousand_tokens',
  price: { points: '0.4', per: '1', step: null, minimum: 1, rounding: 'half_up' },
  retired: false,
};

export const BUSINESSES_OF_RULES_2: readonly Business[] = [
  ...FIRST_BUSINESSES.map((business) => (business.code === 'video' ? VIDEO : business)),
  CHAT,
];

interface Step {
  readonly id: string;
  readonly type: CommandType;
  readonly at: string;
  readonly data: object;
}

const step =
  (type: CommandType) =>
  (id: string, at: string, data: object = {}): Step => ({ id, type, at, data });

const recharge = step('RechargePoints');
const consume = step('ConsumePoints');
const extend = step('ExtendConsumption');
const settle = step('SettleConsumption');
const refund = step('RefundPoints');
const reverse = step('ReverseRecharge');
const reinstate = step('ReinstateRecharge');

const HOUR = 3_600;

const BEFORE_SETTINGS: readonly Step[] = [
  recharge('r1', dayTime(0), { points: 100, expires_at: null, source_id: 'order-1' }),
  consume('c1', dayTime(1), { points: 10, source_type: 'tts', duration: 4 }),
];

const UNDER_RULES_1: readonly Step[] = [
  consume('old', dayTime(2), { points: 50, source_type: 'video', settle_within: 72 * HOUR }),
  consume('c2', dayTime(3), { points: 500, source_type: 'script' }),
  recharge('r2', dayTime(3, '13:00'), { points: 30, expires_at: dayTime(40) }),
];

const UNDER_RULES_2: readonly Step[] = [
  // A pre-deduction of rules 1 is settled by rules 2: nothing of what was made is free.
  settle('s1', dayTime(4, '12:30'), { consumption_id: 'old', points: 130, duration: 52 }),
  recharge('r3', dayTime(5), { points: 25, expires_at: null, recharge_id: 'order-3' }),
  recharge('r4', dayTime(5, '13:00'), {
    points: 1_000,
    expires_at: null,
    source_id: 'order-4',
    recharge_id: 'order-4',
    metadata: { channel: 'wechat' },
  }),
  consume('chat', dayTime(6), { source_type: 'chat', quantity: 7.5, source_id: 'talk-1' }),
  consume('h1', dayTime(6, '13:00'), {
    source_type: 'video',
    duration: 20,
    consumption_id: 'h1',
    settle_within: HOUR,
  }),
  extend('e1', dayTime(6, '13:30'), { consumption_id: 'h1', duration: 11, settle_within: HOUR }),
  settle('s2', dayTime(6, '14:00'), { consumption_id: 'h1', duration: 30 }),
  consume('h2', dayTime(7), {
    points: 40,
    source_type: 'script',
    consumption_id: 'h2',
    settle_within: 60,
    on_timeout: 'charge',
  }),
  consume('h3', dayTime(7, '12:01'), {
    points: 800,
    source_type: 'script',
    consumption_id: 'h3',
    settle_within: 60,
  }),
  reverse('v1', dayTime(8), { recharge_id: 'order-4', cause: 'chargeback', points: 900 }),
  settle('s3', dayTime(8, '13:00'), { consumption_id: 'h3', points: 850, overrun: 'owe' }),
  refund('x1', dayTime(9), { consumption_id: 'h3', points: 870, reason: '声音有杂音' }),
  refund('x2', dayTime(9, '13:00'), { consumption_id: 'h3', points: 820 }),
  reinstate('w1', dayTime(10), { recharge_id: 'order-4', points: 700 }),
  reverse('v2', dayTime(11), { recharge_id: 'order-3', cause: 'mistake', shortfall: 'clamp' }),
  consume('poem', dayTime(12), { points: 1, source_type: 'poem' }),
  consume('big', dayTime(12, '13:00'), { source_type: 'video', duration: 10_000_000 }),
  recharge('r5', dayTime(13), { points: 10, expires_at: null, recharge_id: 'order-4' }),
  consume('h4', dayTime(14), {
    points: 5,
    source_type: 'script',
    consumption_id: 'h4',
    settle_within: HOUR,
  }),
  settle('s4', dayTime(14, '12:30'), { consumption_id: 'h4', points: 1_000, overrun: 'cap' }),
  recharge('r6', dayTime(15), { points: 7, expires_at: dayTime(20) }),
  { id: 'z', type: 'ExpirePoints', at: dayTime(41), data: {} },
];

export async function writeLedgerOfRules2(
  store: EventStore,
  users: readonly string[] = USERS,
  snapshots?: SealedSnapshots,
): Promise<void> {
  const run = async (
    writer: { run(sent: SentInTest, correlation: string): Promise<void> },
    steps: readonly Step[],
  ): Promise<void> => {
    for (const { data, ...command } of steps) {
      for (const user of users) {
        const sent = { ...command, source: '/spec', data: { user_id: user, ...data } };
        await writer.run(sent, `${user} ${command.id}`);
      }
    }
  };
  await run(new WriterBeforeSettings(store, DEFAULT_POLICY), BEFORE_SETTINGS);
  const writer = new WriterUnderSettings(store, snapshots);
  await writer.publish({ at: dayTime(1, '13:00'), by: 'first process' });
  await run(writer, UNDER_RULES_1);
  await writer.publish({
    at: dayTime(3, '14:00'),
    from: SWITCHED,
    by: 'lin',
    note: 'prices of 2030',
    rules: 2,
    businesses: BUSINESSES_OF_RULES_2,
  });
  await run(writer, UNDER_RULES_2);
}
