import fc from 'fast-check';
import type { PointTransactionItem } from '#contracts';
import { NO_FILTER, type Filter } from '../routing/filter.js';
import { rowOf } from '../testing/row-builder.js';
import { statementReducer, emptyStatement, mergeRows, type StatementAction } from './statement.js';

const idsOf = (rows: readonly PointTransactionItem[]): readonly number[] =>
  rows.map(({ id }) => id);
const rowsOf = (...ids: readonly number[]) => ids.map((id) => rowOf(id));

const statementAfter = (changes: readonly StatementAction[], filter: Filter = NO_FILTER) =>
  changes.reduce(statementReducer, emptyStatement(filter));

const paged = (ids: readonly number[], next: string | null, of = NO_FILTER): StatementAction => ({
  type: 'paged',
  of,
  page: { items: rowsOf(...ids), next_cursor: next },
});
const arrived = (...ids: readonly number[]): StatementAction => ({
  type: 'arrived',
  rows: rowsOf(...ids),
});

describe('statementReducer', () => {
  it('has no rows before its first page', () => {
    expect(emptyStatement(NO_FILTER)).toMatchObject({ rows: [], nextCursor: undefined });
    expect(statementAfter([paged([], null)])).toMatchObject({ rows: [], nextCursor: null });
  });

  it('grows at its end by pages and at its head by rows that arrive', () => {
    const statement = statementAfter([
      paged([9, 8], 'a'),
      arrived(10),
      paged([7, 6], null),
      arrived(11, 12),
    ]);
    expect(idsOf(statement.rows)).toEqual([12, 11, 10, 9, 8, 7, 6]);
    expect([...statement.arrived]).toEqual([10, 11, 12]);
    expect(statement.nextCursor).toBeNull();
  });

  it('shows each row once, whether it came with a page or by itself', () => {
    const statement = statementAfter([arrived(10), paged([10, 9], 'a'), arrived(9, 10)]);
    expect(idsOf(statement.rows)).toEqual([10, 9]);
    expect([...statement.arrived]).toEqual([10]);
  });

  it('adds only arrived rows that match its filter', () => {
    const filter: Filter = { ...NO_FILTER, type: 'refund' };
    const rows = [rowOf(3), rowOf(4, { type: 'refund' })];
    expect(
      idsOf(statementAfter([paged([], null, filter), { type: 'arrived', rows }], filter).rows),
    ).toEqual([4]);
  });

  it('starts empty with another filter, and ignores pages of the previous one', () => {
    const filter: Filter = { ...NO_FILTER, type: 'consume' };
    const statement = statementAfter([
      paged([9], 'a'),
      { type: 'filtered', filter },
      paged([8], 'b'),
    ]);
    expect(statement).toEqual(emptyStatement(filter));
  });

  it('keeps its rows and the failure of a page until it is retried', () => {
    const failure = { kind: 'away', retryMs: null } as const;
    const failed = statementAfter([paged([9], 'a'), { type: 'failed', of: NO_FILTER, failure }]);
    expect(failed).toMatchObject({ failure, nextCursor: 'a' });
    expect(idsOf(failed.rows)).toEqual([9]);
    expect(statementReducer(failed, { type: 'retried' }).failure).toBeNull();
  });

  it('updates the duration after a settlement without adding rows', () => {
    const settled = rowOf(9, { duration: 30.25, updated_at: '2030-01-02T00:00:00.000Z' });
    const statement = statementAfter([
      paged([9, 8], 'a'),
      { type: 'updated', rows: [rowOf(10), settled, rowOf(8)] },
    ]);
    expect(statement.rows).toEqual([settled, rowOf(8)]);
  });

  it('keeps the same array when nothing changed', () => {
    const statement = statementAfter([paged([9, 8], 'a')]);
    expect(statementReducer(statement, arrived(8)).rows).toBe(statement.rows);
    const again: StatementAction = { type: 'updated', rows: rowsOf(9, 8) };
    expect(statementReducer(statement, again).rows).toBe(statement.rows);
  });
});

describe('mergeRows', () => {
  const ids = fc.uniqueArray(fc.integer({ min: 1, max: 40 }));

  it('returns rows newest first, each once, in any order of arrival', () => {
    fc.assert(
      fc.property(ids, ids, (some, others) => {
        const rows = idsOf(mergeRows(mergeRows([], rowsOf(...some)), rowsOf(...others)));
        expect(rows).toEqual([...new Set([...some, ...others])].sort((a, b) => b - a));
      }),
    );
  });

  it('keeps the later version of each row', () => {
    const later = rowOf(1, { duration: 2, updated_at: '2030-01-02T00:00:00.000Z' });
    expect(mergeRows([rowOf(1)], [later])).toEqual([later]);
    expect(mergeRows([later], [rowOf(1)])).toEqual([later]);
  });
});
