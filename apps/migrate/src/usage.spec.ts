import { usageFor } from './usage.js';

describe('npm run migrate', () => {
  it('migrates when it has no arguments', () => {
    expect(usageFor([])).toBeNull();
  });

  it('prints its usage on --help', () => {
    const help = { status: 0, text: expect.stringContaining('MIGRATION_URL') as string };
    expect(usageFor(['--help'])).toEqual(help);
    expect(usageFor(['-h'])).toEqual(help);
  });

  it('names unknown arguments, and exits with 2', () => {
    const text = expect.stringContaining('unknown argument: --dry-run') as string;
    expect(usageFor(['--dry-run'])).toEqual({ status: 2, text });
    expect(usageFor(['--help', '--dry-run'])).toMatchObject({ status: 2 });
  });
});
