import { CannotImportError, cannotImport } from './errors.js';

describe('A failure of an importer', () => {
  it.each([
    ['with a code', Object.assign(new Error('no such table'), { code: '42P01' })],
    ['of a connection that was lost', new Error('no such table')],
    [
      'of all addresses of a host',
      Object.assign(new AggregateError([new Error('no such table')]), { code: 'ECONNREFUSED' }),
    ],
  ])('is told in a sentence: one %s', (_, cause) => {
    const error = cannotImport("the old database can't be used", cause);
    expect(error).toBeInstanceOf(CannotImportError);
    expect(error.message).toBe("the old database can't be used: no such table");
  });

  it('is told once', () => {
    const told = new CannotImportError('the ledger can not be used: it is away');
    expect(cannotImport("the old database can't be used", told)).toBe(told);
  });

  it('is told with its stack where it is a bug', () => {
    const bug = new TypeError('x is undefined');
    expect(cannotImport("the old database can't be used", bug)).toBe(bug);
  });
});
