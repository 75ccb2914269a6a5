import { userOfStream } from '#identity';
import type { LegacyRowsImported } from '#ledger';
import type { EventSource, StoredEvent } from '../store/event-source.js';
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
  const gaps = new Gaps();
  if (position !== null) {
    for await (const page of source.allEvents(position, () => {})) {
      for (const stored of page) {
        const { stream, revision } = stored;
        gaps.allow(stored);
        let lastLine = -1;
        const user = userOfStream(stream);
        while (row !== null && row[2] === revision && row[1] === user && row[3] > lastLine) {
          if (row[0] > last + 1) gaps.add(row, last);
          else if (row[0] !== last + 1) found(idDifference(row, last + 1));
          [last, , , lastLine] = row;
          row = await next();
        }
      }
    }
  }
  if (row !== null) found(idDifference(row, 'in the order of the events'));
  else if (last !== lastId) {
    const lastRow: RowId = [last, 'all', -1, -1];
    const difference = { ...idDifference(lastRow, lastId), row: 'the last of all' };
    if (last < lastId) gaps.add(lastRow, last, lastId - last, difference);
    else found(difference);
  }
  gaps.report(found);
}

const GAPS_KEPT_MAX = 100;

/**
 * Only a legacy row that is no longer shown leaves its id unused. Where it stood, only the account knows;
 * that no more ids are missing than rows, the whole does.
 */
class Gaps {
  #missing = 0;
  #allowed = 0;
  readonly #kept: Difference[] = [];

  allow({ type, data }: StoredEvent): void {
    if (type !== 'LegacyRowsImported') return;
    const { gone, altered } = JSON.parse(data) as Pick<LegacyRowsImported, 'gone' | 'altered'>;
    this.#allowed += gone.length + altered.filter(({ field }) => field === 'row').length;
  }

  add(row: RowId, last: number, missing = row[0] - last - 1, difference?: Difference): void {
    this.#missing += missing;
    if (this.#kept.length < GAPS_KEPT_MAX) {
      this.#kept.push(difference ?? idDifference(row, last + 1));
    }
  }

  report(found: OnDifference): void {
    if (this.#missing > this.#allowed) this.#kept.forEach(found);
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
