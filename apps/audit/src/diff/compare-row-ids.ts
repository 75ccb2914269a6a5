import { userOfStream } from '#identity';
import type { EventSource } from '../store/event-source.js';
import type { Difference, OnDifference, Value } from './row-differences.js';
import type { TableSnapshot } from './table-snapshot.js';

type RowId = readonly [id: number, user: string, revision: number, line: number];

/**
 * Checks that the ids of statement rows are dense and in the order of the events. Rows and events are
 * read in step, so neither is held in memory. Missing rows are found by the comparison per account.
 */
export async function compareRowIds(
  source: EventSource,
  tables: TableSnapshot,
  found: OnDifference,
): Promise<void> {
  const { position, lastId, idsAfter, wasUnparked } = tables.checkpoint;
  if (wasUnparked) return compareOrderPerAccount(tables, lastId, found);
  const ids = tables.ids()[Symbol.asyncIterator]();
  const next = async (): Promise<RowId | null> => {
    const { done, value } = await ids.next();
    return done === true ? null : value;
  };
  let row = await next();
  let last = idsAfter;
  if (position !== null) {
    for await (const page of source.allEvents(position, () => {})) {
      for (const { stream, revision } of page) {
        let lastLine = -1;
        const user = userOfStream(stream);
        while (row !== null && row[2] === revision && row[1] === user && row[3] > lastLine) {
          if (row[0] !== last + 1) found(idDifference(row, last + 1));
          [last, , , lastLine] = row;
          row = await next();
        }
      }
    }
  }
  if (row !== null) found(idDifference(row, 'in the order of the events'));
  else if (last !== lastId) {
    const lastRow: RowId = [last, 'all', -1, -1];
    found({ ...idDifference(lastRow, lastId), row: 'the last of all' });
  }
}

/** After an account was unparked, ids are in the order of the events within each account only. */
async function compareOrderPerAccount(
  tables: TableSnapshot,
  lastId: number,
  found: OnDifference,
): Promise<void> {
  const last = new Map<string, readonly [revision: number, line: number]>();
  for await (const row of tables.ids()) {
    const [id, user, revision, line] = row;
    const [before, lineBefore] = last.get(user) ?? [-1, -1];
    const isBehind = revision > before || (revision === before && line > lineBefore);
    if (!isBehind) found(idDifference(row, 'in the order of the events'));
    if (id > lastId) found(idDifference(row, `at most ${lastId}`));
    last.set(user, [revision, line]);
  }
}

const idDifference = ([id, user, revision, line]: RowId, expected: Value): Difference => ({
  kind: 'different',
  table: 'transactions',
  user,
  row: `${revision}/${line}`,
  column: 'id',
  expected,
  found: id,
});
