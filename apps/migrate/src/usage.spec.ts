import { answerTo } from './usage.js';

describe('npm run migrate', () => {
  it('does its work when it is given no arguments', () => {
    expect(answerTo([])).toBeNull();
  });

  it('explains itself when it is asked for help', () => {
    const help = { status: 0, text: expect.stringContaining('MIGRATION_URL') as string };
    expect(answerTo(['--help'])).toEqual(help);
    expect(answerTo(['-h'])).toEqual(help);
  });

  it('names arguments that it does not know, and ends with 2', () => {
    const text = expect.stringContaining('--dry-run is unknown here') as string;
    expect(answerTo(['--dry-run'])).toEqual({ status: 2, text });
    expect(answerTo(['--help', '--dry-run'])).toMatchObject({ status: 2 });
  });
});
