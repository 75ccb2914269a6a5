import { z } from 'zod';
import { ConfigurationError, readConfiguration } from './configuration.js';
import { json, list, onOff, port, wholeNumber } from './variable-types.js';

const schema = z.object({
  API_PORT: port().prefault('8080'),
  APPS: list().prefault('intake,api'),
  DEMO: onOff().prefault('on'),
  LEDGER_POLICY: json()
    .pipe(z.object({ rememberDays: z.number() }))
    .optional(),
  PARTITIONS: wholeNumber({ min: 1, max: 1000 }).prefault('12'),
  TOKEN_SECRET: z.string().min(32, { error: 'must have at least 32 characters' }),
});
const TOKEN_SECRET = 'x'.repeat(32);

function faultsOf(env: Record<string, string>): Record<string, string> {
  try {
    readConfiguration(schema, env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return Object.fromEntries(error.faults.map(({ variable, fault }) => [variable, fault]));
  }
  return {};
}

describe('The configuration', () => {
  it('consists of typed values, with defaults for unset variables', () => {
    expect(readConfiguration(schema, { TOKEN_SECRET, HOME: '/home' })).toEqual({
      API_PORT: 8080,
      APPS: ['intake', 'api'],
      DEMO: true,
      PARTITIONS: 12,
      TOKEN_SECRET,
    });
  });

  it('uses the variables that are set', () => {
    const env = {
      TOKEN_SECRET,
      API_PORT: '0',
      APPS: '',
      DEMO: 'off',
      LEDGER_POLICY: '{"rememberDays":3}',
      PARTITIONS: '1000',
    };
    expect(readConfiguration(schema, env)).toEqual({
      TOKEN_SECRET,
      API_PORT: 0,
      APPS: [],
      DEMO: false,
      LEDGER_POLICY: { rememberDays: 3 },
      PARTITIONS: 1000,
    });
  });

  it('is rejected with all invalid variables at once', () => {
    const env = { API_PORT: '80a', DEMO: 'yes', LEDGER_POLICY: '{', PARTITIONS: '0' };
    expect(faultsOf(env)).toEqual({
      API_PORT: 'must be a whole number from 0 to 65535',
      DEMO: 'must be "on" or "off"',
      LEDGER_POLICY: 'must be JSON',
      PARTITIONS: 'must be a whole number from 1 to 1000',
      TOKEN_SECRET: 'is not set',
    });
  });

  it.each(['', ' 1', '1.5', '1e3', '0x10', '-1', '65536', '99999999999999999999'])(
    'rejects the port %j',
    (API_PORT) => {
      expect(Object.keys(faultsOf({ TOKEN_SECRET, API_PORT }))).toEqual(['API_PORT']);
    },
  );

  it('is rejected without the values of invalid variables', () => {
    const env = {
      TOKEN_SECRET: 'hunter2',
      DEMO: 'hunter3',
      LEDGER_POLICY: '"hunter4"',
      PARTITIONS: 'hunter5',
    };
    expect(() => readConfiguration(schema, env)).toThrow(/TOKEN_SECRET: must have at least 32/);
    expect(() => readConfiguration(schema, env)).not.toThrow(/hunter/);
  });
});
