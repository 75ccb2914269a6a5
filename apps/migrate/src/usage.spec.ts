import { usageFor } from './usage.js';

describe('npm run migrate', () => {
  it('does its work when it is given no arguments', () => {
    expect(usageFor([])).toBeNull();
  });

  it('explains itself when it is asked for help', () => {
    const help = { status: 0, text: expect.stringContaining('MIGRATION_URL') as string };
    expect(usageFor(['--help'])).toEqual(help);
    expect(usageFor(['-h'])).toEqual(help);
  });

  it('names arguments that it does not know, and ends with 2', () => {
    const text = expect.stringContaining('--dry-run is unknown here') as string;
    expect(usageFor(['--dry-run'])).toEqual({ status: 2, text });
    expect(usageFor(['--help', '--dry-run'])).toMatchObject({ status: 2 });
  });
});
