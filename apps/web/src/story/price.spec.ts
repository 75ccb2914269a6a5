import type { ConsumptionStory } from '#contracts';
import { en } from '../i18n/en.js';
import { zh } from '../i18n/zh.js';
import { describePrice } from './price.js';
import { pricedPoints } from './priced-points.js';

const PRICE = {
  ...{ settings: 2, unit: 'character', points: '2.50', per: '1000', step: '500' },
  ...{ minimum: 2, rounding: 'up' as const },
};

describe('a price in words', () => {
  it('says what a quantity costs, with its step, its rounding and its minimum', () => {
    expect([zh, en].map((messages) => describePrice(PRICE, messages))).toEqual([
      '每 1,000 字符 2.50 积分，按 500 字符进位，向上取整，最低 2 积分',
      '2.50 points per 1,000 character, in steps of 500 character, rounded up, at least 2 points',
    ]);
  });

  it('leaves out what goes without saying, and takes an unknown unit as it is', () => {
    const price = { ...PRICE, unit: 'frame', per: '1', step: null, minimum: 1 };
    expect(describePrice(price, zh)).toBe('每 frame 2.50 积分，向上取整');
  });
});

describe('the points of a price and a quantity', () => {
  const consumption = (fields: Partial<ConsumptionStory>) =>
    ({
      status: 'closed',
      estimate: null,
      actual: 4,
      quantity: 1_200,
      price: PRICE,
      ...fields,
    }) as ConsumptionStory;

  it('are those that were charged, or are held', () => {
    expect(pricedPoints(consumption({}))).toBe(4);
    expect(pricedPoints(consumption({ status: 'open', estimate: 4, actual: null }))).toBe(4);
  });

  it('are unknown where other points were told, or no quantity', () => {
    expect(pricedPoints(consumption({ actual: 5 }))).toBeNull();
    expect(pricedPoints(consumption({ quantity: null }))).toBeNull();
    expect(pricedPoints(consumption({ price: null }))).toBeNull();
  });
});
