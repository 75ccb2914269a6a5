import type { RowCursor } from '#read-model';

const EVENT_ID = /^(\d{1,16})(?:\.(\d{1,15})\.(\d{1,9}))?$/;

/**
 * The id of a server-sent event: the id of the row, its revision and its line. Revision and line still
 * identify the row after its account was projected again or the tables were rebuilt.
 */
export const formatEventId = ({ id, revision, line }: RowCursor): string =>
  revision === undefined ? String(id) : `${id}.${revision}.${line ?? 0}`;

/** Null when it names no row. The id of a row alone, as in a page of the statement, is accepted too. */
export function parseEventId(text: string): RowCursor | null {
  const [, id, revision, line] = EVENT_ID.exec(text) ?? [];
  if (id === undefined) return null;
  if (revision === undefined) return { id: Number(id) };
  return { id: Number(id), revision: Number(revision), line: Number(line) };
}
