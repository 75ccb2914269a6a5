import fc from 'fast-check';
import { ROUNDINGS, type Price } from './business.js';
import { addQuantities, priceOf, priceOfMore, toMicro } from './price.js';

const price = (change: Partial<Price> = {}): Price => ({
  points: '1',
  per: '1',
  step: null,
  minimum: 1,
  rounding: 'up',
  ...change,
});

describe('the price of a quantity', () => {
  it.each<[number, number, Partial<Price>]>([
    [3, 3, {}],
    [2.1, 3, {}],
    [2.5, 3, { rounding: 'half_up' }],
    [2.4, 2, { rounding: 'half_up' }],
    [2.9, 2, { rounding: 'down' }],
    [12.5, 3_131, { points: '250.5', rounding: 'down' }],
    [1_500, 3, { points: '2', per: '1000' }],
    [7, 21, { points: '3' }],
    // A step counts what was begun.
    [11, 20, { step: '10' }],
    [10, 10, { step: '10' }],
    [0.000001, 1, { step: '0.5', points: '2' }],
    // The minimum is for what costs anything at all, and 0 costs nothing.
    [0.1, 5, { minimum: 5 }],
    [0, 0, { minimum: 5 }],
    [0.0000004, 0, { minimum: 5 }],
    [0.0000005, 5, { minimum: 5 }],
    [0.1, 1, { rounding: 'down' }],
  ])('of %s is %s', (quantity, points, change) => {
    expect(priceOf(quantity, price(change))).toBe(points);
  });

  it('is exact where numbers are not: 0.1 + 0.2 of something is 0.3 of it', () => {
    expect(priceOf(0.1 + 0.2, price({ points: '10' }))).toBe(3);
    expect(priceOf(addQuantities(0.1, 0.2), price({ points: '10' }))).toBe(3);
    expect(priceOf(1.1 * 3, price({ points: '10' }))).toBe(33);
  });

  it('is exact for the largest numbers, which no double can hold', () => {
    const huge = price({ points: '999999999.999999', per: '0.000001', rounding: 'down' });
    expect(priceOf(0.000001, huge)).toBe(999_999_999);
    expect(priceOf(10_000_000, huge)).toBe(Number(9_999_999_999_999_990_000_000n));
  });

  it('is the same when it is asked again of the same price', () => {
    const same = price({ points: '0.3', per: '0.7' });
    expect([priceOf(9, same), priceOf(9, same)]).toEqual([4, 4]);
  });
});

describe('the price of more of a quantity', () => {
  it('is the price of the whole less that of what was there before', () => {
    const stepped = price({ points: '2', step: '10', minimum: 30 });
    expect(priceOfMore(12, 0, stepped)).toBe(40);
    expect(priceOfMore(12, 10, stepped)).toBe(10);
    expect(priceOfMore(10, 1, stepped)).toBe(0);
  });

  it('is exact where both prices are larger than a number can hold', () => {
    const dear = price({ points: '999.999', per: '0.000001', rounding: 'down' });
    expect(priceOf(9_500_000.000001, dear)).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
    expect(priceOfMore(9_500_000.000001, 9_500_000, dear)).toBe(999);
    expect(priceOfMore(9_500_000.000002, 9_500_000.000001, dear)).toBe(1_000);
  });
});

describe('quantities', () => {
  it('are counted to the nearest millionth, a half upwards', () => {
    expect(toMicro(0.0000005)).toBe(1);
    expect(toMicro(2.5000004)).toBe(2_500_000);
    expect(toMicro(10_000_000)).toBe(10_000_000_000_000);
  });

  it('add up as they are counted', () => {
    expect(addQuantities(0.1, 0.2)).toBe(0.3);
    expect(addQuantities(0, 7)).toBe(7);
  });
});

/** Whole numbers of millionths as a decimal, with as many digits as it needs. */
function decimal(micro: bigint): string {
  const fraction = String(micro % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '');
  const whole = String(micro / 1_000_000n);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

const micros = fc.oneof(
  fc.bigInt({ min: 1n, max: 999_999_999_999_999n }),
  fc.bigInt({ min: 1n, max: 3_000_000n }),
  fc.bigInt({ min: 1n, max: 50n }).map((whole) => whole * 1_000_000n),
);

const quantities = fc.oneof(
  fc.double({ min: 0, max: 10_000_000, noNaN: true }),
  fc.integer({ min: 0, max: 10_000_000 }),
  fc.integer({ min: 0, max: 20_000 }).map((cents) => cents / 100),
);

/** As the page says it: fractions of whole numbers, with no digit lost. */
function referencePrice(
  quantity: number,
  told: { points: bigint; per: bigint; step: bigint | null; minimum: number; rounding: string },
): bigint {
  const q6 = BigInt(Math.round(quantity * 1e6));
  if (q6 === 0n) return 0n;
  const { points, per, step } = told;
  const counted = step === null ? q6 : ((q6 + step - 1n) / step) * step;
  const n = counted * points;
  const d = per * 1_000_000n;
  const rounded = {
    up: (n + d - 1n) / d,
    half_up: (2n * n + d) / (2n * d),
    down: n / d,
  }[told.rounding]!;
  const minimum = BigInt(told.minimum);
  return rounded > minimum ? rounded : minimum;
}

describe('every price', () => {
  it('is what fractions of whole numbers give', () => {
    fc.assert(
      fc.property(
        quantities,
        fc.record({
          points: micros,
          per: micros,
          step: fc.option(micros),
          minimum: fc.integer({ min: 1, max: 1_000_000_000 }),
          rounding: fc.constantFrom(...ROUNDINGS),
        }),
        fc.boolean(),
        (quantity, told, isLow) => {
          const minimum = isLow ? 1 : told.minimum;
          const written: Price = {
            points: decimal(told.points),
            per: decimal(told.per),
            step: told.step === null ? null : decimal(told.step),
            minimum,
            rounding: told.rounding,
          };
          const expected = referencePrice(quantity, { ...told, minimum });
          expect(priceOf(quantity, written)).toBe(Number(expected));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('of more is exactly what the whole costs more', () => {
    fc.assert(
      fc.property(
        fc.tuple(quantities, quantities),
        fc.record({ points: micros, per: micros, step: fc.option(micros) }),
        fc.constantFrom(...ROUNDINGS),
        ([a, b], { points, per, step }, rounding) => {
          const [before, whole] = a < b ? [a, b] : [b, a];
          const told = { points, per, step, minimum: 5, rounding };
          const written = price({
            ...{ points: decimal(points), per: decimal(per), minimum: 5, rounding },
            step: step === null ? null : decimal(step),
          });
          const expected = referencePrice(whole, told) - referencePrice(before, told);
          expect(priceOfMore(whole, before, written)).toBe(Number(expected));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('never falls when the quantity rises', () => {
    fc.assert(
      fc.property(quantities, quantities, micros, micros, (a, b, points, per) => {
        const told = price({ points: decimal(points), per: decimal(per), rounding: 'half_up' });
        const [less, more] = a < b ? [a, b] : [b, a];
        expect(priceOf(more, told)).toBeGreaterThanOrEqual(priceOf(less, told));
      }),
    );
  });
});
