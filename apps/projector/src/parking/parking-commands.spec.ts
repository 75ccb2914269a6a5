import { unparkCommand } from './parking-commands.js';

const USER = '0a11ce00-0000-4000-8000-000000000001';

describe('projector unpark', () => {
  it.each([
    ['neither an account nor all', []],
    ['an account and all', ['--user', USER, '--all']],
  ])('explains what to specify when it gets %s', async (_what, args) => {
    const written: string[] = [];
    const command = unparkCommand(() => {
      throw new Error('the configuration must not be read');
    });
    command.exitOverride().configureOutput({ writeErr: (text) => void written.push(text) });
    await expect(command.parseAsync(args, { from: 'user' })).rejects.toMatchObject({ exitCode: 1 });
    expect(written.join('')).toBe('error: specify either --user <id> or --all\n');
  });
});
