import type { Position } from '#event-store';
import type { ParkedAccount } from '#read-model';

import { formatParkedAccounts, formatUnparkResult } from './parking-report.js';
import { parkedCommand, unparkCommand } from './parking-commands.js';

const account: ParkedAccount = {
  userId: '00000000-0000-4000-8000-000000000001',
  revision: 7,
  position: 'pg:0000000000000042' as Position,
  code: 'unreadable-event',
  detail: 'data is not JSON',
  since: '2030-01-01T00:00:00.000Z',
};

describe('the list of parked accounts', () => {
  it('gives the time, place and reason for each, and what to do', () => {
    const list = formatParkedAccounts([account], false);
    for (const text of [account.userId, account.since, account.code, account.detail, 'unpark']) {
      expect(list).toContain(text);
    }
    expect(list).toContain('revision 7');
    expect(list).toContain('1 account is parked');
  });

  it('says that no account is parked', () => {
    expect(formatParkedAccounts([], false)).toBe('No account is parked.\n');
    expect(formatParkedAccounts([], true)).toBe('');
  });

  it('is one JSON object per line for programs', () => {
    const lines = formatParkedAccounts([account, account], true).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([account, account]);
  });
});

describe('the outcome of unpark', () => {
  it('is one sentence per account', () => {
    const { userId } = account;
    expect(formatUnparkResult({ kind: 'unparked', userId, events: 9, rows: 12 })).toContain(
      'is unparked',
    );
    expect(formatUnparkResult({ kind: 'not-parked', userId })).toContain('is not parked');
    expect(formatUnparkResult({ kind: 'refused', userId, reason: 'why' })).toContain(
      'stays parked: why',
    );
  });
});

describe('the commands', () => {
  const config = (): never => {
    throw new Error('no configuration is read for help, or for arguments that are wrong');
  };
  const run = async (...words: readonly string[]): Promise<string> => {
    let written = '';
    const write = (text: string): void => void (written += text);
    for (const command of [parkedCommand(config), unparkCommand(config)]) {
      if (command.name() !== words[0]) continue;
      command.exitOverride().configureOutput({ writeOut: write, writeErr: write });
      await command.parseAsync(words.slice(1), { from: 'user' }).catch((error: unknown) => {
        written += String(error);
      });
    }
    return written;
  };

  it('show their help without a configuration', async () => {
    expect(await run('parked', '--help')).toContain('Lists the accounts that are parked');
    expect(await run('unpark', '--help')).toContain('--user <id>');
  });

  it.each([[[]], [['--all', '--user', account.userId]]])(
    'require either one user or all: %j',
    async (words) => {
      expect(await run('unpark', ...words)).toContain('either --user <id> or --all');
    },
  );

  it('require a UUID as the id of a user', async () => {
    expect(await run('unpark', '--user', 'alice')).toContain('a UUID');
  });
});
