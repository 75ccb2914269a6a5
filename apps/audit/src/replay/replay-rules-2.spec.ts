import { MemoryEventStore } from '#event-store/testing';
import type { LedgerEvent } from '#ledger';
import { readSettings, type ReadVersion } from '../checks/known-settings.js';
import type { StoredEvent } from '../store/event-source.js';
import { labelsIn } from '../terminal/labels.js';
import { MemoryEventSource } from '../testing/memory-event-source.js';
import { SWITCHED, writeLedgerOfRules2 } from '../testing/rules-2-ledger.js';
import { storedEventsIn } from '../testing/sample-events.js';
import { ANNA, dayTime } from '../testing/sample-ledger.js';
import { replayAccount, type ReplayLimit, type StatementLine } from './replay-account.js';
import { lineJson, resultJson } from './statement-json.js';
import { debtsText, settingsRow, statementColumns, statementRows } from './statement-text.js';

let events: StoredEvent[];
let versions: readonly ReadVersion[];
beforeAll(async () => {
  const store = new MemoryEventStore();
  await writeLedgerOfRules2(store, [ANNA]);
  events = await storedEventsIn(store);
  versions = await readSettings(new MemoryEventSource(events));
});

async function replay(limit: ReplayLimit = {}) {
  const lines: StatementLine[] = [];
  const replayed = await replayAccount(new MemoryEventSource(events), ANNA, limit, (line) => {
    lines.push(line);
    return undefined;
  });
  return { ...replayed, lines };
}

const ENGLISH = { labels: labelsIn('en'), withOwed: true };
const CHINESE = { labels: labelsIn('zh'), withOwed: true };
const [ENTRY, OWED] = [2, 5];

/** The entries of all events of a type, without the ids that follow from commands. */
async function entriesOf(type: LedgerEvent['type'], form = ENGLISH): Promise<string[]> {
  const { lines } = await replay();
  return lines
    .filter(({ event }) => event.type === type)
    .flatMap((line) => statementRows(line, form))
    .map((cells) => cells[ENTRY] ?? '');
}

describe('the statement of an account that went from rules 1 to rules 2', () => {
  it('has a column of what is owed, beside the balance', () => {
    const heads = statementColumns(ENGLISH).map(({ head }) => head);
    expect(heads.slice(0, 7)).toEqual([
      'Revision',
      'At',
      'Entry',
      'Points',
      'Balance',
      'Owed',
      'Batch',
    ]);
    expect(statementColumns(CHINESE)[OWED]?.head).toBe('欠费');
    expect(statementColumns({ ...ENGLISH, withOwed: false })).toHaveLength(heads.length - 1);
  });

  it('has as many cells in each line as there are columns', async () => {
    const { lines } = await replay();
    for (const withOwed of [true, false]) {
      const form = { labels: labelsIn('en'), withOwed };
      const widths = [
        ...lines.flatMap((line) => statementRows(line, form)),
        ...versions.map((version) => settingsRow(version, form)),
      ].map(({ length }) => length);
      expect(new Set(widths)).toEqual(new Set([statementColumns(form).length]));
    }
  });

  it('tells with the last line of each event what is owed after it', async () => {
    const { lines } = await replay();
    for (const line of lines) {
      const owed = statementRows(line, ENGLISH).map((cells) => cells[OWED]);
      expect(owed.at(-1)).toBe((line.event.owedAfter ?? 0).toLocaleString('en-US'));
      expect(owed.slice(0, -1).every((cell) => cell === '')).toBe(true);
    }
  });

  it.each<[LedgerEvent['type'], RegExp, RegExp]>([
    ['ConsumptionSettled', /^settled old: 130 \/ 50, owed 10$/, /^结算 old: 130 \/ 50, 欠费 10$/],
    ['ConsumptionSettled', /^charged at its time-out h2: 40 \/ 40$/, /^超时照扣 h2: 40 \/ 40$/],
    ['ConsumptionExtended', /^extended h1: 80, 2030-/, /^延长 h1: 80, 2030-/],
    ['DebtCollected', /^【视频生成补扣】$/, /^【视频生成补扣】$/],
    ['DebtForgiven', /^forgiven (h3|order-4): \d+$/, /^免除 (h3|order-4): \d+$/],
    ['RechargeReversed', /^【充值撤销】, owed \d+$/, /^【充值撤销】, 欠费 \d+$/],
    ['RechargeReinstated', /^【充值恢复】/, /^【充值恢复】/],
    ['CommandRefused', /^refused: UnknownBusiness$/, /^拒绝: UnknownBusiness$/],
  ])('tells a %s', async (type, english, chinese) => {
    expect(await entriesOf(type)).toContainEqual(expect.stringMatching(english));
    expect(await entriesOf(type, CHINESE)).toContainEqual(expect.stringMatching(chinese));
  });

  it('tells a version of the settings: from when on, which rules, and who published it', () => {
    const [, two] = versions;
    expect(settingsRow(two!, ENGLISH).filter((cell) => cell !== '')).toEqual([
      SWITCHED,
      'settings 2: rules 2',
      `published ${dayTime(3, '14:00')} lin: prices of 2030`,
    ]);
    expect(settingsRow(two!, CHINESE).filter((cell) => cell !== '')).toEqual([
      SWITCHED,
      '设置 2: 规则 2',
      `发布 ${dayTime(3, '14:00')} lin: prices of 2030`,
    ]);
    const unknown = { version: 3, from: SWITCHED, rules: 3, settings: null };
    expect(settingsRow(unknown, ENGLISH).at(-1)).toBe('');
  });

  it('lists the debts in the order in which they will be paid', async () => {
    const { account } = await replay({ at: dayTime(4, '13:00') });
    expect(account.debts).toHaveLength(1);
    const lines = debtsText(account, labelsIn('en')).split('\n');
    expect(lines[0]).toMatch(/^Debt of +Revision +Entry +Owed +Source$/);
    expect(lines[2]).toMatch(/^old +2 +【视频生成】 +10$/);
  });
});

describe('the JSON of a replay', () => {
  it('names settings and rules with each event that was decided by them, and with no other', async () => {
    const { lines } = await replay();
    const named = lines.map((line) => {
      const { settings, rules } = lineJson(line) as { settings?: number; rules?: number };
      return [settings, rules].join();
    });
    expect([...new Set(named)]).toEqual([',', '1,1', '2,2']);
    expect(lineJson(lines[0]!)).not.toHaveProperty('settings');
  });

  it('tells debts and settings of an account that goes by rules 2', async () => {
    const json = resultJson(ANNA, await replay({ at: dayTime(4, '13:00') }), versions);
    expect(json).toMatchObject({
      balance: 0,
      owed: 10,
      debts: [
        {
          consumption_id: 'old',
          recharge_id: null,
          points: 10,
          source_type: 'video',
          source_id: null,
        },
      ],
      settings: [
        { version: 1, rules: 1, by: 'first process', note: null },
        { version: 2, rules: 2, from: SWITCHED, by: 'lin', note: 'prices of 2030' },
      ],
    });
  });

  it('is that of rules 1 as long as the account goes by them', async () => {
    const json = resultJson(ANNA, await replay({ revision: 1 }), []);
    expect(Object.keys(json)).toEqual([
      'user_id',
      'revision',
      'at',
      'position',
      'balance',
      'held',
      'batches',
      'open_consumptions',
      'page',
      'stopped',
    ]);
  });
});
