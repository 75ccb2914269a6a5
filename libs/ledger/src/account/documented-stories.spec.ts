import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decide,
  emptyAccount,
  evolve,
  firstSettings,
  termsOf,
  type Account,
  type LedgerCommand,
} from '../index.js';
import type { AccountEvent } from './events.js';
import type { Business } from '../settings/business.js';
import { FIRST_BUSINESSES } from '../settings/settings.js';
import { DEFAULT_SETTINGS_POLICY } from '../settings/policy.js';
import { USER, testUuid } from '../testing/command-builders.js';

// The stories of docs/rules-2.md, which are the same in its Chinese edition, row by row.

interface Row {
  readonly command: string;
  readonly events: string;
  readonly balance: number;
  readonly held: number;
  readonly owed: number;
}

const pageOf = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../../../docs', name), 'utf8');

/** The tables whose rows begin with a command, each a story of one account. */
function storiesOf(page: string): Row[][] {
  return page
    .split(/\n\n+/)
    .filter((block) => /^\| (command|命令) +\| (events|事件) +\|/.test(block))
    .map((table) =>
      table
        .trim()
        .split('\n')
        .slice(2)
        .map((line) => {
          const [command = '', events = '', ...amounts] = line
            .split('|')
            .slice(1, -1)
            .map((cell) => cell.replaceAll('`', '').trim());
          const [balance = NaN, held = NaN, owed = NaN] = amounts.map(Number);
          return { command, events, balance, held, owed };
        }),
    );
}

const page = pageOf('rules-2.md');
const stories = storiesOf(page);

/** The business that the page introduces, and a price for the seconds of speech. */
const [, priceJson = ''] = /`(\{"points".*?\})`/s.exec(page) ?? [];
const price = JSON.parse(priceJson) as Business['price'];
const BUSINESSES: readonly Business[] = [
  ...FIRST_BUSINESSES,
  { code: 'translate', label: '翻译', unit: 'character', price, retired: false },
];

const TERMS = termsOf({
  ...firstSettings({ hasAccounts: false, at: '2030-01-01T00:00:00.000Z', by: 'docs' }),
  businesses: BUSINESSES,
});

const camelCase = (name: string): string =>
  name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Fields that a command has when its sender leaves them out. */
const LEFT_OUT = {
  priority: 50,
  expiresAt: null,
  sourceId: null,
  duration: null,
  quantity: null,
  points: null,
  overrun: null,
  onTimeout: null,
  consumptionId: null,
  settleWithin: null,
  rechargeId: null,
  shortfall: 'owe',
  reason: null,
};

function commandOf(text: string, id: string): LedgerCommand {
  const [type = '', ...pairs] = text.split(' ');
  const fields = pairs.map((pair): readonly [string, unknown] => {
    const [name = '', value = ''] = pair.split('=');
    return [camelCase(name), /^\d+(\.\d+)?$/.test(value) ? Number(value) : value];
  });
  const written = Object.fromEntries(fields);
  const command: object = {
    ...LEFT_OUT,
    at: '2030-01-01T00:00:00.000Z',
    ...written,
    type,
    userId: USER,
    source: '/docs',
    id,
    commandId: testUuid(id),
    digest: testUuid(text),
  };
  return command as LedgerCommand;
}

/** What is not 0, as the page writes it. */
const parts = (amounts: Readonly<Record<string, number>>): string => {
  const named = Object.entries(amounts).filter(([, points]) => points !== 0);
  return named.length === 0 ? '' : ` (${named.map((pair) => pair.join(' ')).join(', ')})`;
};

function writtenEvent(event: AccountEvent): string {
  switch (event.type) {
    case 'ConsumptionSettled': {
      const { charged, owed, uncollected } = event;
      return `${event.type} ${event.actual}${parts({ charged, owed, uncollected })}`;
    }
    case 'RechargeReversed':
      return `${event.type} ${event.points}${parts({ owed: event.owed, uncollected: event.uncollected })}`;
    case 'RechargeReinstated':
      return `${event.type} ${event.points}${parts({ forgiven: event.forgiven, waived: event.waived })}`;
    case 'PointsRefunded':
    case 'DebtForgiven':
      return `${event.type} ${event.points} (${event.cause})`;
    case 'ConsumptionExtended':
      return `${event.type} ${event.estimated}`;
    case 'CommandRefused':
      return `${event.type} ${event.code}`;
    default:
      return `${event.type} ${event.points}`;
  }
}

/** Runs the commands of a story, and gives its table as the rules would write it. */
function tableOf(story: readonly Row[]): Row[] {
  const account: Account = emptyAccount(DEFAULT_SETTINGS_POLICY[2]);
  return story.map(({ command }, nth) => {
    const decision = decide(commandOf(command, `command-${nth}`), account, TERMS);
    const events = decision.kind === 'record' ? decision.events : [];
    for (const event of events) evolve(account, event);
    const { balance, held } = account;
    const owed = events.at(-1)?.owedAfter ?? NaN;
    return { command, events: events.map(writtenEvent).join(', '), balance, held, owed };
  });
}

describe('docs/rules-2.md', () => {
  it('has stories', () => {
    expect(stories.length).toBeGreaterThanOrEqual(8);
    expect(stories.flat().every(({ events }) => events !== '')).toBe(true);
  });

  it.each(stories.map((story) => [story[0]?.command ?? '', story.at(-1)?.command ?? '', story]))(
    'is right from %s to %s',
    (_, __, story) => {
      expect(story).toEqual(tableOf(story));
    },
  );

  it('has the same stories and the same price in Chinese', () => {
    const chinese = pageOf('rules-2.zh-CN.md');
    expect(storiesOf(chinese)).toEqual(stories);
    expect(chinese).toContain(`\`${priceJson}\``);
  });
});
