import { ConfigurationError, readConfiguration } from '#platform/process';
import { API_VARIABLES, tokenVerifierOptions } from './api-variables.js';

const SECRET = 'x'.repeat(32);
const GOOD = {
  EVENT_STORE: 'postgres://127.0.0.1/points',
  DATABASE_URL: 'postgres://127.0.0.1/points',
  JWT_KEY: SECRET,
  CURSOR_KEY: SECRET,
};

const faultsOf = (change: Record<string, string>): readonly string[] => {
  try {
    readConfiguration(API_VARIABLES, { ...GOOD, ...change });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults.map(({ variable }) => variable);
  }
};

const termsOf = (change: Record<string, string>) =>
  tokenVerifierOptions(readConfiguration(API_VARIABLES, { ...GOOD, ...change }));

describe('the variables of the API', () => {
  it.each([
    ['a secret', {}],
    ['origins', { CORS_ORIGINS: 'https://a.example, http://127.0.0.1:5173', METRICS_PORT: '9100' }],
    ['empty optional variables', { CORS_ORIGINS: '', METRICS_PORT: '' }],
    ['a public key', { JWT_ALGORITHM: 'ES256', JWT_KEY: 'PEM' }],
    ['a key set', { JWT_ALGORITHM: 'RS256', JWT_KEY: '', JWT_JWKS_URL: 'https://login.example/k' }],
  ])('accept %s', (_, change) => {
    expect(faultsOf(change)).toEqual([]);
  });

  it.each([
    ['no key', { JWT_KEY: '' }, ['JWT_KEY']],
    ['every origin', { CORS_ORIGINS: '*' }, ['CORS_ORIGINS']],
    ['an origin with a path', { CORS_ORIGINS: 'https://a.example/' }, ['CORS_ORIGINS']],
    ['an origin without a scheme', { CORS_ORIGINS: 'a.example' }, ['CORS_ORIGINS']],
    ['the origin of local files', { CORS_ORIGINS: 'null' }, ['CORS_ORIGINS']],
    ['an invalid metrics port', { METRICS_PORT: '70000' }, ['METRICS_PORT']],
    ['both a key and a key set', { JWT_JWKS_URL: 'https://login.example/k' }, ['JWT_KEY']],
    [
      'a key set for a symmetric algorithm',
      { JWT_KEY: '', JWT_JWKS_URL: 'https://x.example' },
      ['JWT_JWKS_URL'],
    ],
    ['a short secret', { JWT_KEY: 'short' }, ['JWT_KEY']],
    ['the algorithm none', { JWT_ALGORITHM: 'none' }, ['JWT_ALGORITHM']],
    ['a short cursor key', { CURSOR_KEY: 'short' }, ['CURSOR_KEY']],
    [
      'an invalid key set URL',
      { JWT_ALGORITHM: 'RS256', JWT_KEY: '', JWT_JWKS_URL: 'keys' },
      ['JWT_JWKS_URL'],
    ],
    ['a rate of zero', { RATE_USER_PER_SECOND: '0' }, ['RATE_USER_PER_SECOND']],
    [
      'two variables at once',
      { STREAMS_MAX: 'x', BEHIND_PROXY: 'yes' },
      ['STREAMS_MAX', 'BEHIND_PROXY'],
    ],
  ])('reject %s and name the variable', (_, change, variables) => {
    expect(faultsOf(change)).toEqual(variables);
  });

  it('give the options of the token verifier', () => {
    expect(termsOf({})).toEqual({ algorithm: 'HS256', keys: { kind: 'secret', secret: SECRET } });
    expect(
      termsOf({ JWT_ALGORITHM: 'EdDSA', JWT_KEY: 'a\\nb', JWT_ISSUER: 'i', JWT_AUDIENCE: 'a' }),
    ).toEqual({
      algorithm: 'EdDSA',
      keys: { kind: 'public key', pem: 'a\nb' },
      issuer: 'i',
      audience: 'a',
    });
  });
});
