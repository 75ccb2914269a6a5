import type { RowCursor } from '#read-model';

const EVENT_ID = /^(\d{1,16})(?:\.(\d{1,15})\.(\d{1,9}))?$/;

/**
 * The id of a server-sent event: the row's id, then its revision and line, which still name the row
 * when its account was folded anew or the tables were rebuilt.
 */
export const formatEventId = ({ id, revision, line }: RowCursor): string =>
  revision === undefined ? String(id) : `${id}.${revision}.${line ?? 0}`;

/** null: it names no row. The id alone is taken too: it is what a reader has from a page. */
export function parseEventId(text: string): RowCursor | null {
  const [, id, revision, line] = EVENT_ID.exec(text) ?? [];
  if (id === undefined) return null;
  if (revision === undefined) return { id: Number(id) };
  return { id: Number(id), revision: Number(revision), line: Number(line) };
}
