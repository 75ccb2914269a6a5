import type { ImportFields, LegacyRowsImported } from './import-events.js';
import { compareLegacyIds, greatestId, unorderedId } from './legacy-ids.js';

/** The rows that one event holds, and the bytes of its data. */
export const LEGACY_ROWS_MAX = 500;
export const LEGACY_ROWS_BYTES_MAX = 256 * 1024;

/** Why those rows can't be imported behind those up to that id; null: they can. */
export function legacyRowsFault(
  { rows, gone, altered, throughId }: Omit<ImportFields<LegacyRowsImported>, 'importId'>,
  before: string | null,
): string | null {
  if (rows.length > LEGACY_ROWS_MAX) return `more than ${LEGACY_ROWS_MAX} rows`;
  const ids = rows.map(([id]) => id);
  const unordered = unorderedId(ids) ?? unorderedId(gone);
  if (unordered !== undefined) return `legacy row ${unordered} is out of order`;
  const said = new Set(ids);
  const both = gone.find((id) => said.has(id));
  if (both !== undefined) return `legacy row ${both} is there and gone`;
  const beyond = gone.find((id) => before === null || compareLegacyIds(id, before) > 0);
  if (beyond !== undefined) return `legacy row ${beyond} is gone and was never there`;
  const unsaid = altered.find(({ legacyId }) => !said.has(legacyId));
  if (unsaid !== undefined) return `legacy row ${unsaid.legacyId} is altered and not there`;
  return throughId === greatestId(before, ids.at(-1) ?? null)
    ? null
    : `it says ${throughId ?? 'no row'} is the last row so far`;
}
