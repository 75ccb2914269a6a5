import type { Alteration, ImportFields, LegacyRow, LegacyRowsImported } from './import-events.js';
import { compareLegacyIds, greatestId } from './legacy-ids.js';
import { LEGACY_ROWS_BYTES_MAX, LEGACY_ROWS_MAX } from './legacy-rows-fault.js';
import { alterationsByRow } from './legacy-statement.js';

type Fields = ImportFields<LegacyRowsImported>;

/** What the fields common to all events take, and what is around the lists. */
const ENVELOPE_BYTES = 1_024;

/** UTF-8 takes no more bytes of a character of UTF-16, and JSON escapes few. */
const bytesOf = (value: unknown): number => {
  const json = JSON.stringify(value);
  let bytes = json.length + 1;
  for (let index = 0; index < json.length; index += 1)
    if (json.charCodeAt(index) > 0x7f) bytes += 2;
  return bytes;
};

/**
 * Cuts what changed in the legacy rows of an account into events of a bounded size. `throughId`: the
 * greatest id that was said before. No rows, gone or not, give no event.
 */
export function legacyRowsEvents({
  importId,
  rows,
  gone,
  altered,
  throughId,
}: {
  readonly importId: string;
  readonly rows: readonly LegacyRow[];
  readonly gone: readonly string[];
  readonly altered: readonly Alteration[];
  readonly throughId: string | null;
}): readonly Fields[] {
  const events: Fields[] = [];
  const alterations = alterationsByRow(altered);
  let through = throughId;
  let part = emptyPart();
  const finish = (): void => {
    if (part.rows.length + part.gone.length === 0) return;
    through = greatestId(through, part.rows.at(-1)?.[0] ?? null);
    const { rows: said, gone: lost, altered: changed } = part;
    events.push({ importId, rows: said, gone: lost, altered: changed, throughId: through });
    part = emptyPart();
  };
  const need = (bytes: number, isRow: boolean): void => {
    const isFull = isRow && part.rows.length >= LEGACY_ROWS_MAX;
    if (isFull || part.bytes + bytes > LEGACY_ROWS_BYTES_MAX) finish();
    part.bytes += bytes;
  };
  for (const id of [...gone].sort(compareLegacyIds)) {
    need(bytesOf(id), false);
    part.gone.push(id);
  }
  for (const row of [...rows].sort(([a], [b]) => compareLegacyIds(a, b))) {
    const own = alterations.get(row[0]) ?? [];
    need(bytesOf(row) + own.reduce((sum, one) => sum + bytesOf(one), 0), true);
    part.rows.push(row);
    part.altered.push(...own);
  }
  finish();
  return events;
}

const emptyPart = () => ({
  rows: [] as LegacyRow[],
  gone: [] as string[],
  altered: [] as Alteration[],
  bytes: ENVELOPE_BYTES,
});
