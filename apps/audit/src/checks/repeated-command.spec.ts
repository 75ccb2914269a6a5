import { DEFAULT_POLICY, emptyAccount, type Account, type LedgerEvent, type Policy } from '#ledger';
import { repeatFault } from './repeated-command.js';

const COMMAND = 'command-0';
const DAY_MS = 86_400_000;
const START_MS = Date.parse('2030-01-01T00:00:00.000Z');
const onDay = (day: number): string => new Date(START_MS + day * DAY_MS).toISOString();

/** An account that answered so many commands, one a day, the first of them `command-0`. */
function accountAfter(commands: number): Account {
  const account = emptyAccount();
  for (let day = 0; day < commands; day++) {
    const answered = {
      commandId: `command-${day}`,
      revision: day,
      atMs: START_MS + day * DAY_MS,
      receivedAt: onDay(day),
    };
    account.answered.set(answered.commandId, answered);
    account.answeredQueue.push(answered);
  }
  return account;
}

const eventOn = (day: number, commandId = COMMAND): LedgerEvent => ({
  type: 'PointsExpired',
  at: onDay(day),
  receivedAt: onDay(day),
  commandId,
  digest: 'd'.repeat(64),
  balanceAfter: 0,
  owedAfter: null,
  batchId: 1,
  points: 1,
  expiredAt: onDay(day),
});

const policy = (limits: Partial<Policy>): Policy => ({ ...DEFAULT_POLICY, ...limits });

describe('repeatFault', () => {
  it('accepts a command that was not answered before', () => {
    expect(repeatFault(accountAfter(3), eventOn(3, 'command-9'), DEFAULT_POLICY)).toBeNull();
    expect(repeatFault(accountAfter(3), eventOn(3, 'command-9'), null)).toBeNull();
  });

  it.each([DEFAULT_POLICY, null])(
    'finds a repeat that is not later than the first use, under any policy',
    (known) => {
      expect(repeatFault(accountAfter(3), eventOn(0), known)).toBe(
        'its command was answered at revision 0, and carried out again',
      );
    },
  );

  it('finds a later repeat that the window still held', () => {
    const limits = policy({ rememberDays: 30, rememberMin: 10, rememberMax: 100 });
    expect(repeatFault(accountAfter(3), eventOn(5), limits)).toBe(
      'its command was answered at revision 0, which was remembered then',
    );
  });

  it('accepts a later repeat under an unknown policy, whose window is not known', () => {
    expect(repeatFault(accountAfter(3), eventOn(5), null)).toBeNull();
  });

  it('accepts a repeat after the window was full of newer commands', () => {
    const limits = policy({ rememberDays: 1_000, rememberMin: 0, rememberMax: 5 });
    expect(repeatFault(accountAfter(5), eventOn(5), limits)).not.toBeNull();
    expect(repeatFault(accountAfter(6), eventOn(6), limits)).toBeNull();
  });

  it('accepts a repeat after so many days only if enough newer commands came', () => {
    const limits = policy({ rememberDays: 10, rememberMin: 3, rememberMax: 1_000 });
    expect(repeatFault(accountAfter(3), eventOn(11), limits)).not.toBeNull();
    expect(repeatFault(accountAfter(4), eventOn(10), limits)).not.toBeNull();
    expect(repeatFault(accountAfter(4), eventOn(11), limits)).toBeNull();
  });
});
