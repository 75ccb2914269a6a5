import { BrokenRule, UnreadableEvent } from '#ledger';
import type { StoredEvent } from '../store/event-source.js';
import { sampleEvents } from '../testing/sample-events.js';
import { ANNA, SAMPLE_COMMANDS } from '../testing/sample-ledger.js';
import { ExpectedRows } from './expected-rows.js';
import { TABLES, type Row, type TableName } from './row-differences.js';

let events: StoredEvent[];
beforeAll(async () => {
  events = await sampleEvents({ users: [ANNA] });
});

function rowsAfter(count = events.length): ExpectedRows {
  const rows = new ExpectedRows(ANNA);
  for (const event of events.slice(0, count)) rows.add(event);
  return rows;
}

/** Gives the first row of each event the id 100 + its revision. */
const rowIdOf = (revision: number): number => 100 + revision;
const table = (rows: ExpectedRows, name: TableName): readonly Row[] => [
  ...rows.rowsOf(name, rowIdOf).values(),
];

const consumption = (rows: ExpectedRows, id: string): Row | undefined =>
  table(rows, 'consumptions').find((row) => row['consumption_id'] === id);

describe('ExpectedRows', () => {
  it('has no rows before the first event', () => {
    const rows = new ExpectedRows(ANNA);
    for (const name of TABLES) {
      expect(table(rows, name)).toEqual([]);
    }
    expect(rows.events).toBe(0);
  });

  it('counts the events', () => {
    expect(rowsAfter(5).events).toBe(5);
  });

  it('has one row of the account with its newest state', () => {
    expect(table(rowsAfter(2), 'accounts')).toEqual([
      {
        user_id: ANNA,
        balance: 1_050,
        held: 0,
        revision: 1,
        updated_at: '2030-01-01T12:30:00.000Z',
        owed: 0,
        take_over: null,
        legacy_through: null,
      },
    ]);
    expect(table(rowsAfter(), 'accounts')).toMatchObject([
      { balance: 766, held: 0, revision: events.length - 1 },
    ]);
  });

  it('has a statement whose balances follow from each other', () => {
    const lines = table(rowsAfter(), 'transactions');
    expect(lines.length).toBeGreaterThan(SAMPLE_COMMANDS.length);
    for (const [index, line] of lines.entries()) {
      expect(line['balance_before']).toBe(lines[index - 1]?.['balance_after'] ?? 0);
    }
    expect(lines.at(-1)?.['balance_after']).toBe(766);
  });

  it('has a row for each batch with what is left in it', () => {
    const batches = table(rowsAfter(2), 'batches');
    expect(batches).toMatchObject([
      { points: 1_000, remaining: 1_000, expires_at: null, grace: false, revision: 0 },
      { points: 50, remaining: 50, expires_at: '2030-01-11T12:00:00.000Z', revision: 1 },
    ]);
    const drawn = table(rowsAfter(3), 'batches').map(({ remaining }) => remaining);
    expect(drawn).toEqual([990, 0]);
  });

  it('has grace batches for refunds into batches that had expired', () => {
    expect(table(rowsAfter(), 'batches').some(({ grace }) => grace === true)).toBe(true);
  });

  it('adds up to the balance in its batches', () => {
    for (let count = 1; count <= events.length; count++) {
      const rows = rowsAfter(count);
      const [account] = table(rows, 'accounts');
      const left = table(rows, 'batches').reduce((sum, row) => sum + Number(row['remaining']), 0);
      expect(left).toBe(account?.['balance']);
    }
  });

  it('closes a consumption at once that is no pre-deduction', () => {
    expect(consumption(rowsAfter(3), 'c1')).toMatchObject({
      status: 'closed',
      estimate: null,
      actual: 60,
      drawn: 60,
      refunded: 0,
      duration: 12.5,
      settle_by: null,
      row_count: 2,
    });
  });

  it('leaves a pre-deduction open until it is settled', () => {
    expect(consumption(rowsAfter(4), 'c2')).toMatchObject({
      status: 'open',
      estimate: 100,
      actual: null,
      duration: null,
      closed_at: null,
    });
    expect(consumption(rowsAfter(), 'c2')).toMatchObject({
      status: 'settled',
      estimate: 100,
      actual: 80,
      drawn: 100,
      refunded: 20,
      duration: 40,
      closed_at: '2030-01-02T13:10:00.000Z',
    });
  });

  it('charges what a settlement exceeds the estimate by', () => {
    expect(consumption(rowsAfter(), 'c3')).toMatchObject({
      status: 'settled',
      actual: 130,
      drawn: 130,
      refunded: 0,
    });
  });

  it('has a cancelled and a timed out pre-deduction', () => {
    expect(consumption(rowsAfter(), 'c4')).toMatchObject({
      status: 'cancelled',
      actual: 0,
      refunded: 40,
    });
    const timedOut = events.findIndex(({ data }) => data.includes('"cause":"timed_out"'));
    expect(consumption(rowsAfter(timedOut + 1), 'c5')).toMatchObject({ status: 'timed_out' });
    expect(consumption(rowsAfter(), 'c5')).toMatchObject({ status: 'settled', actual: 20 });
  });

  it('links a consumption to the ids of its rows in the table', () => {
    expect(consumption(rowsAfter(), 'c2')).toMatchObject({ first_row: 103, duration_row: 103 });
    const unknown = rowsAfter().rowsOf('consumptions', () => undefined);
    for (const row of unknown.values()) expect(Object.keys(row)).not.toContain('first_row');
  });

  it('writes the duration of a settlement into the first row of the consumption', () => {
    const line = (count: number) =>
      table(rowsAfter(count), 'transactions').find(
        (row) => row['source_id'] === 'clip-c2' && row['type'] === 'consume',
      );
    expect(line(4)).toMatchObject({ duration: null });
    expect(line(events.length)).toMatchObject({
      duration: 40,
      updated_at: '2030-01-02T13:10:00.000Z',
    });
  });

  it('rejects an event that is unreadable', () => {
    const [event] = events;
    if (event === undefined) throw new Error('there are events');
    expect(() => new ExpectedRows(ANNA).add({ ...event, data: '{' })).toThrow(UnreadableEvent);
  });

  it('rejects an event that does not follow', () => {
    const rows = rowsAfter(2);
    const repeated = events[2];
    if (repeated === undefined) throw new Error('there are events');
    rows.add(repeated);
    expect(() => rows.add(repeated)).toThrow(BrokenRule);
  });
});
