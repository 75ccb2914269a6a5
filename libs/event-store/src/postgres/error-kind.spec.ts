import {
  isConnectionUsableAfter,
  ConnectionFailedError,
  toPermanentError,
  errorKindOf,
} from './error-kind.js';

const serverError = (code: string, severity = 'ERROR', more = {}) =>
  Object.assign(new Error('from the server'), { code, severity, ...more });
const networkError = (code?: string) => Object.assign(new Error('network'), code ? { code } : {});

describe('The kind of an error', () => {
  it.each([
    ['transient', serverError('40001')],
    ['transient', serverError('40P01')],
    ['transient', serverError('55P03')],
    ['transient', serverError('57014')],
    ['transient', serverError('53100')],
    ['transient', serverError('53300', 'FATAL')],
    ['transient', serverError('25006')],
    ['unknown', serverError('57P01', 'FATAL')],
    ['unknown', serverError('57P02', 'FATAL')],
    ['unknown', serverError('08006')],
    ['unknown', serverError('XX000', 'PANIC')],
    ['unknown', networkError('ECONNRESET')],
    ['unknown', networkError()],
    ['bad-append', serverError('23505')],
    ['bad-append', serverError('22021')],
    ['bad-append', serverError('23514')],
    ['permanent', serverError('42501')],
    ['permanent', serverError('42883')],
    ['transient', new ConnectionFailedError('none', { cause: networkError('ECONNREFUSED') })],
    ['transient', new ConnectionFailedError('none', { cause: serverError('57P03', 'FATAL') })],
    ['permanent', new ConnectionFailedError('none', { cause: serverError('28P01', 'FATAL') })],
    ['permanent', new ConnectionFailedError('none', { cause: serverError('3D000', 'FATAL') })],
  ])('%s: %j', (kind, error) => {
    expect(errorKindOf(error)).toBe(kind);
  });

  it('allows a connection to be reused after an ordinary error only', () => {
    expect(isConnectionUsableAfter(serverError('40001'))).toBe(true);
    expect(isConnectionUsableAfter(serverError('25006'))).toBe(false);
    expect(isConnectionUsableAfter(serverError('57P01', 'FATAL'))).toBe(false);
    expect(isConnectionUsableAfter(networkError('ECONNRESET'))).toBe(false);
  });

  it.each([
    ['event-id-reused', serverError('23505', 'ERROR', { constraint: 'events_id' })],
    ['broken-order', serverError('23505', 'ERROR', { constraint: 'events_position' })],
    ['invalid-event', serverError('22021')],
    ['access-denied', serverError('42501')],
    ['access-denied', new ConnectionFailedError('none', { cause: serverError('28P01', 'FATAL') })],
    ['misconfigured', serverError('42P01')],
  ])('becomes a permanent error with the code %s', (code, error) => {
    expect(toPermanentError(error)).toMatchObject({ name: 'PermanentStoreError', code });
  });
});
