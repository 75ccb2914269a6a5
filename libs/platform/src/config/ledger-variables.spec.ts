import { ConfigurationError, readConfiguration } from './configuration.js';
import { z } from 'zod';
import { LEDGER_VARIABLES } from './ledger-variables.js';

const schema = z.object(LEDGER_VARIABLES);
const GOOD = {
  EVENT_STORE: 'esdb://127.0.0.1:2113?tls=false',
  DATABASE_URL: 'postgres://127.0.0.1/points',
};

const faultsOf = (change: Record<string, string>): readonly string[] => {
  try {
    readConfiguration(schema, { ...GOOD, ...change });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults.map(({ variable, fault }) => `${variable} ${fault}`);
  }
};

describe('The variables of a ledger process', () => {
  it('have defaults except for the two addresses', () => {
    const read = readConfiguration(schema, GOOD);
    expect(read).toMatchObject({ LEDGER_POLICY: {}, PORT: 0, HOST: '127.0.0.1' });
    expect(() => readConfiguration(schema, {})).toThrow(ConfigurationError);
  });

  it('change single limits of the policy', () => {
    const read = readConfiguration(schema, { ...GOOD, LEDGER_POLICY: '{"refundGraceDays":0}' });
    expect(read.LEDGER_POLICY).toEqual({ refundGraceDays: 0 });
  });

  it.each([
    ['invalid JSON', '{', 'must be JSON'],
    ['an unknown limit', '{"refundDays":1}', 'object of limits'],
    ['a fraction', '{"rememberDays":1.5}', 'rememberDays must be a whole number'],
    ['a negative limit', '{"batchesMax":-1}', 'batchesMax must be a whole number'],
    ['a least above the most', '{"rememberMin":2,"rememberMax":1}', 'rememberMin must not be'],
  ])('are rejected with %s', (_, policy, fault) => {
    expect(faultsOf({ LEDGER_POLICY: policy }).join()).toContain(fault);
  });

  it('are rejected when an address has another scheme', () => {
    expect(faultsOf({ EVENT_STORE: 'mysql://x', DATABASE_URL: 'esdb://x' })).toHaveLength(2);
  });
});
