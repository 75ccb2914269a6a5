import { DEFAULT_POLICY } from '#ledger';
import { CannotCheckError } from '../store/errors.js';
import { parsePolicy } from './parse-policy.js';

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
