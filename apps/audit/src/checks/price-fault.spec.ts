import fc from 'fast-check';
import { DEFAULT_SETTINGS_POLICY, priceOf, type PointsConsumed, type Price } from '#ledger';
import { settingsOf } from '#settings/testing';
import { BUSINESSES_OF_RULES_2 } from '../testing/rules-2-ledger.js';
import { knownSettings } from './known-settings.js';
import { priceFault } from './price-fault.js';

const CHAT = BUSINESSES_OF_RULES_2.at(-1)!;

function published(price: Price | null) {
  const businesses = [...BUSINESSES_OF_RULES_2.slice(0, -1), { ...CHAT, price }];
  const settings = settingsOf({ rules: 2, businesses, policy: DEFAULT_SETTINGS_POLICY[2] });
  return knownSettings([], [{ ...settings, settings }]);
}

const known = published(CHAT.price);
const frozen = { settings: 1, unit: CHAT.unit, ...CHAT.price! };

const consumed = (changes: Partial<PointsConsumed>): PointsConsumed => ({
  type: 'PointsConsumed',
  at: '2030-01-01T00:00:00.000Z',
  receivedAt: '2030-01-01T00:00:00.000Z',
  commandId: '3b5c1d5e-7a52-5c7e-8f0c-2d9f4e6a1b70',
  digest: '0'.repeat(64),
  balanceAfter: 0,
  owedAfter: 0,
  consumptionId: 'c',
  of: null,
  sourceType: CHAT.code,
  sourceId: null,
  label: CHAT.label,
  points: 3,
  draws: [{ batchId: 1, points: 3 }],
  duration: null,
  quantity: 7.5,
  price: frozen,
  priced: true,
  settleBy: null,
  overrun: null,
  onTimeout: null,
  ...changes,
});

describe('priceFault', () => {
  it('finds nothing where the price was published and the points follow from it', () => {
    expect(priceFault(consumed({}), known)).toBeNull();
    expect(priceFault(consumed({ price: null, priced: false }), known)).toBeNull();
  });

  it('does not multiply where the points were told', () => {
    expect(priceFault(consumed({ points: 9, priced: false }), known)).toBeNull();
  });

  it.each<[string, Partial<PointsConsumed>, string]>([
    ['other points', { points: 4 }, '7.5 at its price are 3 points, it says 4'],
    ['another quantity', { quantity: 9 }, '9 at its price are 4 points, it says 3'],
    ['no quantity', { quantity: null }, 'its points come from a price, but of no quantity'],
    ['no price', { price: null }, 'its points come from a price that it does not carry'],
    ...Object.entries({ points: '0.5', per: '2', step: '1', minimum: 2, rounding: 'up' }).map(
      ([field, value]): [string, Partial<PointsConsumed>, string] => [
        `another ${field} of the price`,
        { price: { ...frozen, [field]: value } },
        'version 1 of the settings has another price for chat, or none',
      ],
    ),
    [
      'another unit',
      { price: { ...frozen, unit: 'call' } },
      'version 1 of the settings has another price for chat, or none',
    ],
    [
      'a version that is not there',
      { price: { ...frozen, settings: 9 } },
      'version 9 of the settings has another price for chat, or none',
    ],
    [
      'a business that is not there',
      { sourceType: 'poem' },
      'version 1 of the settings has another price for poem, or none',
    ],
    [
      'a business without a price',
      { sourceType: 'script' },
      'version 1 of the settings has another price for script, or none',
    ],
  ])('finds %s', (_, changes, fault) => {
    expect(priceFault(consumed(changes), known)).toBe(fault);
  });

  it('multiplies as the ledger does, by code of its own', () => {
    const decimal = fc
      .tuple(fc.integer({ min: 0, max: 999_999_999 }), fc.integer({ min: 0, max: 999_999 }))
      .filter(([whole, fraction]) => whole + fraction > 0)
      .map(([whole, fraction]) => `${whole}.${String(fraction).padStart(6, '0')}`);
    const price = fc.record({
      points: decimal,
      per: decimal,
      step: fc.option(decimal),
      minimum: fc.integer({ min: 1, max: 1_000 }),
      rounding: fc.constantFrom('up' as const, 'half_up' as const, 'down' as const),
    });
    const quantity = fc.oneof(
      fc.integer({ min: 0, max: 10_000_000 }),
      fc.double({ min: 0, max: 10_000_000, noNaN: true }),
    );
    fc.assert(
      fc.property(price, quantity, (given, counted) => {
        const points = priceOf(counted, given);
        fc.pre(Number.isSafeInteger(points));
        const event = consumed({ price: { ...frozen, ...given }, quantity: counted, points });
        expect(priceFault(event, published(given))).toBeNull();
        expect(priceFault({ ...event, points: points + 1 }, published(given))).not.toBeNull();
      }),
    );
  });
});
