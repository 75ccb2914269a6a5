import { usageFor } from './usage.js';

describe('npm run migrate', () => {
  it('migrates when it has no arguments', () => {
    expect(usageFor([])).toBe('migrate');
  });

  it('only says what it would do with --dry-run, and removes what older builds need with --finish', () => {
    expect(usageFor(['--dry-run'])).toBe('dry-run');
    expect(usageFor(['--finish'])).toBe('finish');
  });

  it('prints its usage on --help', () => {
    const help = { status: 0, text: expect.stringContaining('MIGRATION_URL') as string };
    expect(usageFor(['--help'])).toEqual(help);
    expect(usageFor(['-h'])).toEqual(help);
  });

  it('names unknown arguments, and exits with 2', () => {
    const text = expect.stringContaining('unknown argument: --undo') as string;
    expect(usageFor(['--undo'])).toEqual({ status: 2, text });
    expect(usageFor(['--help', '--dry-run'])).toMatchObject({ status: 2 });
  });
});
