import { DEFAULT_POLICY, REMEMBER_EVERYTHING, policyFaults, type Policy } from './policy.js';

describe('the default policy', () => {
  it('is the one that is written down', () => {
    expect(DEFAULT_POLICY).toEqual({
      refundableDays: 180,
      consumptionsMax: 20_000,
      refundGraceDays: 7,
      rememberDays: 8,
      rememberMin: 1_000,
      rememberMax: 10_000,
      batchesMax: 1_000,
      openDrawsMax: 1_000,
    });
  });

  it('has no fault', () => {
    expect(policyFaults(DEFAULT_POLICY)).toEqual([]);
    expect(policyFaults(REMEMBER_EVERYTHING)).toEqual([]);
  });
});

describe('a policy', () => {
  const names = Object.keys(DEFAULT_POLICY) as (keyof Policy)[];

  it('may be 0 in everything', () => {
    const zero = Object.fromEntries(names.map((name) => [name, 0])) as unknown as Policy;
    expect(policyFaults(zero)).toEqual([]);
  });

  it.each(names)('needs a whole number, 0 or more, as %s', (name) => {
    for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '7', null]) {
      const policy = { ...DEFAULT_POLICY, rememberMin: 0, [name]: bad } as Policy;
      expect(policyFaults(policy)).toContain(`${name} must be a whole number, 0 or more`);
    }
  });

  it('names every fault', () => {
    expect(policyFaults({ ...DEFAULT_POLICY, batchesMax: -1, rememberDays: 1.5 })).toEqual([
      'rememberDays must be a whole number, 0 or more',
      'batchesMax must be a whole number, 0 or more',
    ]);
  });

  it('must not have a grace of more than a century', () => {
    expect(policyFaults({ ...DEFAULT_POLICY, refundGraceDays: 36_500 })).toEqual([]);
    expect(policyFaults({ ...DEFAULT_POLICY, refundGraceDays: 36_501 })).toEqual([
      'refundGraceDays must be at most 36500',
    ]);
  });

  it('must not have a rememberMin above its rememberMax', () => {
    expect(policyFaults({ ...DEFAULT_POLICY, rememberMin: 5, rememberMax: 4 })).toEqual([
      'rememberMin must not be greater than rememberMax',
    ]);
    expect(policyFaults({ ...DEFAULT_POLICY, rememberMin: 4, rememberMax: 4 })).toEqual([]);
  });
});
