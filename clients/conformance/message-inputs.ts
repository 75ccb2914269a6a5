import type { CommandType } from '#contracts';

/** What a service tells its client, before anything is normalised. */
export interface MessageInput {
  readonly name: string;
  readonly type: CommandType;
  readonly data: Readonly<Record<string, unknown>>;
  readonly source: string;
  readonly id: string;
  readonly traceparent?: string;
  /** The sender signs with the key of the table. */
  readonly isSigned?: true;
  /** Fields that a language which tells 5 from 5.0 gives as 5.0. JSON made by JavaScript can't. */
  readonly floats?: readonly string[];
}

const USER = 'd4930aff-f7b8-541b-ad96-1cb0b5223736';
const OTHER = '0a11ce00-0000-4000-8000-000000000001';
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const FROM = { source: '/tts' } as const;

/** Every command with the fewest fields and with all of them, and values that languages write differently. */
export const MESSAGE_INPUTS: readonly MessageInput[] = [
  {
    name: 'a recharge that never expires',
    type: 'RechargePoints',
    data: { user_id: USER, points: 100, expires_at: null },
    source: '/billing',
    id: 'order-1',
  },
  {
    name: 'a recharge with every field, told in another order',
    type: 'RechargePoints',
    data: {
      source_id: 'order-2',
      recharge_id: 'order-2',
      priority: 10,
      points: 1_000_000_000,
      metadata: { channel: 'wechat', campaign: '双十一' },
      expires_at: '2031-01-01T00:00:00+08:00',
      user_id: USER,
    },
    source: '/billing',
    id: 'order-2',
    traceparent: TRACEPARENT,
    isSigned: true,
  },
  {
    name: 'a time with more digits than milliseconds, which are cut',
    type: 'RechargePoints',
    data: { user_id: USER, points: 1, expires_at: '2030-06-30T23:59:59.9999-05:30' },
    source: '/billing',
    id: 'order-3',
  },
  {
    name: 'a user id in upper case, whose key and data are in lower case',
    type: 'ConsumePoints',
    data: { user_id: OTHER.toUpperCase(), points: 5, source_type: 'script' },
    ...FROM,
    id: 'job-1',
    isSigned: true,
  },
  {
    name: 'optional fields that are null, which are left out',
    type: 'ConsumePoints',
    data: {
      user_id: USER,
      points: null,
      source_type: 'script',
      source_id: null,
      duration: null,
      quantity: null,
      consumption_id: null,
      settle_within: null,
      metadata: null,
    },
    ...FROM,
    id: 'job-2',
  },
  {
    name: 'a pre-deduction with every field',
    type: 'ConsumePoints',
    data: {
      user_id: USER,
      metadata: { model: 'v3', region: 'cn_east' },
      points: 800,
      quantity: 2.5,
      duration: 30.25,
      source_type: 'video',
      source_id: 'task-4',
      consumption_id: 'video-4',
      settle_within: 3_600,
      overrun: 'cap',
      on_timeout: 'charge',
    },
    ...FROM,
    id: 'job-3',
    traceparent: TRACEPARENT,
    isSigned: true,
  },
  {
    name: 'a duration that is a whole number',
    type: 'ConsumePoints',
    data: { user_id: USER, source_type: 'tts', duration: 12 },
    ...FROM,
    id: 'job-4',
    floats: ['duration'],
  },
  ...[0, 0.1, 1e-7, 1.5e-7, 0.000001, 0.30000000000000004, 95.25, 123456.789, 9999999.999999].map(
    (duration): MessageInput => ({
      name: `a duration of ${duration} seconds`,
      type: 'ConsumePoints',
      data: { user_id: USER, points: 3, source_type: 'tts', duration },
      ...FROM,
      id: `seconds-${duration}`,
    }),
  ),
  {
    name: 'the largest quantity',
    type: 'ConsumePoints',
    data: { user_id: USER, source_type: 'translate', quantity: 10_000_000 },
    ...FROM,
    id: 'job-5',
    floats: ['quantity'],
  },
  {
    name: 'characters that JSON escapes, and some that only some writers escape',
    type: 'RefundPoints',
    data: {
      user_id: USER,
      consumption_id: 'a"b\\c/d',
      reason: '生成失败 <b>&amp;</b> \u2028\u2029 é e\u0301 😀 \u{10ffff} \ufeff',
    },
    ...FROM,
    id: 'job-6',
    isSigned: true,
  },
  {
    name: 'an id with spaces around it and quotes in it',
    type: 'ExpirePoints',
    data: { user_id: USER },
    ...FROM,
    id: ' "a" \\ b ',
    isSigned: true,
  },
  {
    name: 'an id of other letters',
    type: 'ExpirePoints',
    data: { user_id: USER },
    ...FROM,
    id: '任务-7 é 😀',
    isSigned: true,
  },
  {
    name: 'the longest id, counted in characters and not in bytes',
    type: 'ExpirePoints',
    data: { user_id: USER },
    ...FROM,
    id: '😀'.repeat(128),
  },
  {
    name: 'a source of every character that it may have',
    type: 'ExpirePoints',
    data: { user_id: USER },
    source: "urn:x-AZ09-._~:/?#[]@!$&'()*+,;=%",
    id: 'job-8',
    isSigned: true,
  },
  {
    name: 'an extension by time',
    type: 'ExtendConsumption',
    data: { user_id: USER, consumption_id: 'video-4', settle_within: 600 },
    ...FROM,
    id: 'extend-1',
  },
  {
    name: 'an extension with every field',
    type: 'ExtendConsumption',
    data: {
      user_id: USER,
      metadata: { step: '2' },
      consumption_id: 'video-4',
      settle_within: 604_800,
      points: 5,
      quantity: 0.5,
      duration: 4,
    },
    ...FROM,
    id: 'extend-2',
  },
  {
    name: 'a settlement by seconds',
    type: 'SettleConsumption',
    data: { user_id: USER, consumption_id: 'video-4', duration: 12.5 },
    ...FROM,
    id: 'settle-1',
    isSigned: true,
  },
  {
    name: 'a settlement with every field, of nothing',
    type: 'SettleConsumption',
    data: {
      user_id: USER,
      metadata: { result: 'cancelled' },
      consumption_id: 'video-4',
      points: 0,
      quantity: 0,
      duration: 0,
      overrun: 'refuse',
    },
    ...FROM,
    id: 'settle-2',
    floats: ['quantity', 'duration'],
  },
  {
    name: 'a refund of everything',
    type: 'RefundPoints',
    data: { user_id: USER, consumption_id: 'video-4' },
    ...FROM,
    id: 'refund-1',
  },
  {
    name: 'a refund with every field',
    type: 'RefundPoints',
    data: {
      user_id: USER,
      metadata: { ticket: 'T-1' },
      consumption_id: 'video-4',
      points: 5,
      reason: '声音无法复刻',
    },
    ...FROM,
    id: 'refund-2',
  },
  {
    name: 'a reversal',
    type: 'ReverseRecharge',
    data: { user_id: USER, recharge_id: 'order-2', cause: 'chargeback' },
    source: '/billing',
    id: 'dispute-1',
  },
  {
    name: 'a reversal with every field',
    type: 'ReverseRecharge',
    data: {
      user_id: USER,
      metadata: { case: 'dispute-7' },
      recharge_id: 'order-2',
      points: 40,
      reason: '拒付',
      cause: 'payment_refunded',
      shortfall: 'clamp',
    },
    source: '/billing',
    id: 'dispute-2',
    isSigned: true,
  },
  {
    name: 'a reinstatement',
    type: 'ReinstateRecharge',
    data: { user_id: USER, recharge_id: 'order-2' },
    source: '/billing',
    id: 'dispute-3',
  },
  {
    name: 'a reinstatement with every field',
    type: 'ReinstateRecharge',
    data: {
      user_id: USER,
      metadata: { case: 'dispute-7' },
      recharge_id: 'order-2',
      points: 40,
      reason: '申诉成功',
    },
    source: '/billing',
    id: 'dispute-4',
  },
  {
    name: 'an expiry with metadata',
    type: 'ExpirePoints',
    data: { user_id: USER, metadata: { by: 'job' } },
    ...FROM,
    id: 'expire-1',
  },
];
