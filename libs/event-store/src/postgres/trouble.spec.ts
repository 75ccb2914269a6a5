import { isUsableAfter, NoConnection, permanent, troubleOf } from './trouble.js';

const said = (code: string, severity = 'ERROR', more = {}) =>
  Object.assign(new Error('said'), { code, severity, ...more });
const network = (code?: string) => Object.assign(new Error('network'), code ? { code } : {});

describe('what a failed call means', () => {
  it.each([
    ['passes', said('40001')],
    ['passes', said('40P01')],
    ['passes', said('55P03')],
    ['passes', said('57014')],
    ['passes', said('53100')],
    ['passes', said('53300', 'FATAL')],
    ['passes', said('25006')],
    ['unknown', said('57P01', 'FATAL')],
    ['unknown', said('57P02', 'FATAL')],
    ['unknown', said('08006')],
    ['unknown', said('XX000', 'PANIC')],
    ['unknown', network('ECONNRESET')],
    ['unknown', network()],
    ['poison', said('23505')],
    ['poison', said('22021')],
    ['poison', said('23514')],
    ['permanent', said('42501')],
    ['permanent', said('42883')],
    ['passes', new NoConnection('none', { cause: network('ECONNREFUSED') })],
    ['passes', new NoConnection('none', { cause: said('57P03', 'FATAL') })],
    ['permanent', new NoConnection('none', { cause: said('28P01', 'FATAL') })],
    ['permanent', new NoConnection('none', { cause: said('3D000', 'FATAL') })],
  ])('%s: %j', (trouble, error) => {
    expect(troubleOf(error)).toBe(trouble);
  });

  it('keeps a connection after an ordinary error only', () => {
    expect(isUsableAfter(said('40001'))).toBe(true);
    expect(isUsableAfter(said('25006'))).toBe(false);
    expect(isUsableAfter(said('57P01', 'FATAL'))).toBe(false);
    expect(isUsableAfter(network('ECONNRESET'))).toBe(false);
  });

  it.each([
    ['event-id-reused', said('23505', 'ERROR', { constraint: 'events_id' })],
    ['broken-order', said('23505', 'ERROR', { constraint: 'events_position' })],
    ['invalid-event', said('22021')],
    ['access-denied', said('42501')],
    ['access-denied', new NoConnection('none', { cause: said('28P01', 'FATAL') })],
    ['misconfigured', said('42P01')],
  ])('is an alarm with the code %s', (code, error) => {
    expect(permanent(error)).toMatchObject({ name: 'PermanentStoreError', code });
  });
});
