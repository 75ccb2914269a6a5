import type { ReadRow } from '#import';
import type { ImportedAccount } from '#commands';
import { legacyRowsEvents, type ImportBody } from '#ledger';
import type { ImportSession } from '../ledger/append-bodies.js';

/** The stream began otherwise, or by another take-over: it is left alone and named. */
export type RefusedStream = 'began here' | 'of another import';

export function refusedStream(
  { account }: ImportedAccount,
  importId: string,
): RefusedStream | null {
  if (account.revision < 0) return null;
  const { takeOver } = account;
  if (takeOver === null) return 'began here';
  return takeOver.importId === importId ? null : 'of another import';
}

/** The rows that the stream does not say as they are, those that are gone, and the beginning of a stream. */
export function rowBodies(
  { account, statement }: ImportedAccount,
  read: readonly ReadRow[],
  { importId, by, mapDigest, from }: ImportSession,
): ImportBody[] {
  const bodies: ImportBody[] = [];
  if (account.revision < 0) bodies.push({ type: 'AccountImported', importId, from, by, mapDigest });
  const changed = read.filter(({ row, altered }) => {
    const known = statement.get(row[0]);
    return (
      known === undefined ||
      JSON.stringify(known.row) !== JSON.stringify(row) ||
      JSON.stringify(known.altered) !== JSON.stringify(altered)
    );
  });
  const ids = new Set(read.map(({ row }) => row[0]));
  const gone = statement.standing().flatMap(([id]) => (ids.has(id) ? [] : id));
  const events = legacyRowsEvents({
    importId,
    rows: changed.map(({ row }) => row),
    altered: changed.flatMap(({ altered }) => altered),
    gone,
    throughId: statement.throughId,
  });
  for (const event of events) bodies.push({ type: 'LegacyRowsImported', ...event });
  return bodies;
}
