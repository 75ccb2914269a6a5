import type { EventStore } from '#event-store';
import { FIRST_BUSINESSES } from '#ledger';
import { WriterUnderSettings, type SentInTest } from './ledger-writer.js';
import { ANNA } from './sample-ledger.js';

// The ledger of the worked example in docs/audit.md.

const VIDEO_PRICE = { points: '2.5', per: '1', step: null, minimum: 1, rounding: 'up' } as const;

type Step = readonly [type: SentInTest['type'], id: string, at: string, data: object];

const STEPS: readonly Step[] = [
  [
    'RechargePoints',
    'pay-1',
    '2030-02-03T10:00:00.000Z',
    { points: 100, expires_at: null, source_id: 'order-1', recharge_id: 'order-1' },
  ],
  [
    'ConsumePoints',
    'render-7',
    '2030-02-03T10:05:00.000Z',
    {
      source_type: 'video',
      duration: 40,
      source_id: 'clip-7',
      consumption_id: 'clip-7',
      settle_within: 3_600,
    },
  ],
  [
    'SettleConsumption',
    'done-7',
    '2030-02-03T10:20:00.000Z',
    { consumption_id: 'clip-7', duration: 52 },
  ],
  [
    'RechargePoints',
    'pay-2',
    '2030-02-04T09:00:00.000Z',
    { points: 50, expires_at: null, source_id: 'order-2', recharge_id: 'order-2' },
  ],
  [
    'ReverseRecharge',
    'back-2',
    '2030-02-05T09:00:00.000Z',
    { recharge_id: 'order-2', cause: 'chargeback' },
  ],
  ['ReinstateRecharge', 'won-2', '2030-02-06T09:00:00.000Z', { recharge_id: 'order-2' }],
];

export async function writeDocumentedLedger(store: EventStore): Promise<void> {
  const writer = new WriterUnderSettings(store);
  await writer.publish({ at: '2030-01-01T00:00:00.000Z', by: 'first process', rules: 2 });
  await writer.publish({
    at: '2030-01-20T08:00:00.000Z',
    from: '2030-02-01T00:00:00.000Z',
    by: 'lin',
    note: '2.5 a second',
    rules: 2,
    businesses: FIRST_BUSINESSES.map((business) =>
      business.code === 'video' ? { ...business, price: VIDEO_PRICE } : business,
    ),
  });
  for (const [type, id, at, data] of STEPS) {
    const sent = { source: '/shop', id, type, at, data: { user_id: ANNA, ...data } };
    await writer.run(sent, id);
  }
}
