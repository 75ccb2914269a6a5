import { policyFingerprint } from '#identity';
import { DEFAULT_POLICY } from '#ledger';
import { CannotCheckError } from '../store/errors.js';
import { knownPolicies, parsePolicy } from './known-policies.js';

describe('knownPolicies', () => {
  it('always knows the default policy', () => {
    expect([...knownPolicies()]).toEqual([[policyFingerprint(DEFAULT_POLICY), DEFAULT_POLICY]]);
  });

  it('knows the policies that the auditor names, by their fingerprints', () => {
    const other = { ...DEFAULT_POLICY, refundGraceDays: 0 };
    const known = knownPolicies([other]);
    expect(known.size).toBe(2);
    expect(known.get(policyFingerprint(other))).toEqual(other);
  });

  it('knows a policy once, however often it is named', () => {
    expect(knownPolicies([DEFAULT_POLICY, { ...DEFAULT_POLICY }]).size).toBe(1);
  });
});

describe('parsePolicy', () => {
  it('changes only the limits that are named', () => {
    expect(parsePolicy('{"refundGraceDays":0}')).toEqual({ ...DEFAULT_POLICY, refundGraceDays: 0 });
    expect(parsePolicy('{}')).toEqual(DEFAULT_POLICY);
  });

  it.each([
    ['{', 'a policy must be JSON: {'],
    ['7', 'a policy must be an object of its limits: 7'],
    ['[]', 'a policy must be an object of its limits: []'],
    ['{"grace":1}', 'a policy must be an object of its limits: {"grace":1}'],
    ['{"batchesMax":"5"}', 'a policy must be an object of its limits: {"batchesMax":"5"}'],
  ])('rejects %s', (text, message) => {
    expect(() => parsePolicy(text)).toThrow(CannotCheckError);
    expect(() => parsePolicy(text)).toThrow(message);
  });

  it.each(['{"refundGraceDays":-1}', '{"batchesMax":0.5}', '{"rememberMin":-1}'])(
    'rejects the limits of %s with the reason',
    (text) => {
      expect(() => parsePolicy(text)).toThrow(CannotCheckError);
      expect(() => parsePolicy(text)).toThrow(`the policy ${text}: `);
    },
  );
});
