import { isExternalError, isServerUnavailable } from './external-errors.js';

const withCode = (code: string | number, message = 'failed'): Error =>
  Object.assign(new Error(message), { code });
const named = (name: string): Error => Object.assign(new Error('failed'), { name });

describe('An error of an unavailable server', () => {
  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'ETIMEDOUT',
    'EPIPE',
    'EHOSTUNREACH',
    'ENOTFOUND',
    'EAI_AGAIN',
    '08006',
    '53300',
    '57P01',
    '57P03',
  ])('is recognised by its code %s', (code) => {
    expect(isServerUnavailable(withCode(code))).toBe(true);
    expect(isExternalError(withCode(code))).toBe(true);
  });

  it.each([
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Query read timeout',
  ])('is recognised by pg’s message %j', (message) => {
    expect(isServerUnavailable(new Error(message))).toBe(true);
  });

  it('is recognised behind other errors', () => {
    const cause = new Error('outer', { cause: new Error('inner', { cause: withCode('EPIPE') }) });
    expect(isServerUnavailable(cause)).toBe(true);
  });

  it('is recognised among the errors of an AggregateError', () => {
    const cause = new AggregateError([new TypeError('x'), withCode('ECONNREFUSED')]);
    expect(isServerUnavailable(cause)).toBe(true);
  });

  it.each([
    ['a bug', new TypeError('x of undefined')],
    ['a unique violation', withCode('23505')],
    ['a missing privilege', withCode('42501')],
    ['a syntax error', withCode('42601')],
    ['text', 'ECONNREFUSED'],
    ['nothing', null],
  ])('is not %s', (_, error) => {
    expect(isServerUnavailable(error)).toBe(false);
  });
});

describe('An external error', () => {
  it.each([
    'EADDRINUSE',
    'ENOSPC',
    'EDQUOT',
    'EROFS',
    'EIO',
    'EMFILE',
    '40001',
    '40P01',
    '55P03',
    '25006',
    '58030',
    1,
    4,
    8,
    10,
    14,
  ])('is recognised by its code %s', (code) => {
    expect(isExternalError(withCode(code))).toBe(true);
  });

  it.each([
    'RetryableCommandError',
    'TimeoutError',
    'UnavailableError',
    'DeadlineExceededError',
    'KafkaJSConnectionError',
    'KafkaJSClientError',
  ])('is recognised by its name %s', (name) => {
    expect(isExternalError(named(name))).toBe(true);
  });

  it.each(['TypeError', 'RangeError', 'InvariantError', 'Error'])('is not a %s', (name) => {
    expect(isExternalError(named(name))).toBe(false);
  });

  it('is not an error with an unknown code', () => {
    for (const code of [2, 3, 'ENOENT', '42P01'])
      expect(isExternalError(withCode(code))).toBe(false);
  });

  it('is looked for in a bounded number of causes', () => {
    let error: Error = withCode('EPIPE');
    for (let n = 0; n < 5; n += 1) error = new Error(`${n}`, { cause: error });
    expect(isExternalError(error)).toBe(true);
    expect(isExternalError(new Error('one more', { cause: error }))).toBe(false);
  });
});
