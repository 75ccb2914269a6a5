import type { SettingsPreview } from '#contracts';
import { summarizePreview } from './preview-totals.js';

type Item = SettingsPreview['items'][number];

const item = (overrides: Partial<Item>): Item => ({
  user_id: 'alice',
  consumption_id: 'c',
  source_type: 'tts',
  source_id: null,
  at: '2030-01-01T00:00:00.000Z',
  unit: 'second',
  quantity: 1,
  paid: 10,
  would_pay: 10,
  code: null,
  ...overrides,
});

describe('a preview', () => {
  it('sums what each business costs, and each user, those that change most first', () => {
    const { byBusiness, byUser } = summarizePreview([
      item({}),
      item({ would_pay: 12 }),
      item({ user_id: 'bob', source_type: 'video', paid: 50, would_pay: 20 }),
    ]);
    expect(byBusiness).toEqual([
      { key: 'tts', count: 2, paid: 20, wouldPay: 22 },
      { key: 'video', count: 1, paid: 50, wouldPay: 20 },
    ]);
    expect(byUser.map(({ key }) => key)).toEqual(['bob', 'alice']);
  });

  it('counts what has no price by its reason, and leaves it out of the sums', () => {
    const preview = summarizePreview([
      item({ would_pay: null, code: 'NoPrice' }),
      item({ would_pay: null, code: 'NoPrice' }),
    ]);
    expect(preview).toEqual({ byBusiness: [], byUser: [], unpriced: new Map([['NoPrice', 2]]) });
  });
});
