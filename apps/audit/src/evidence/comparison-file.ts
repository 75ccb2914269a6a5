import type { KeyObject } from 'node:crypto';
import { isReportSignedBy, parseSignedReport } from '#identity';
import { COMPARISON_FORMAT, COMPARISON_SCHEMA, type ComparisonReport } from '#import';

/** What an importer signed of both sides of a take-over. */
export interface SignedComparison {
  readonly report: ComparisonReport;
  readonly key: string;
}

export class InvalidComparisonError extends Error {
  override readonly name = 'InvalidComparisonError';
}

export const isComparison = (text: string): boolean =>
  text.startsWith(`{"format":"${COMPARISON_FORMAT}"`);

/** Much more than the longest one has. */
const CHARACTERS_MAX = 64 * 1024 * 1024;

/** Reads a file that must be signed by that key. */
export function readComparison(pieces: Iterable<string>, key: KeyObject): SignedComparison {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length > CHARACTERS_MAX) throw new InvalidComparisonError('it is too long for one');
  }
  const file = parseSignedReport(text);
  if (file === null) throw new InvalidComparisonError('it is no comparison, or was changed');
  if (!isReportSignedBy(file, key))
    throw new InvalidComparisonError('it is not signed by this key');
  const report = COMPARISON_SCHEMA.safeParse(file.report);
  if (file.format !== COMPARISON_FORMAT || !report.success) {
    throw new InvalidComparisonError('it does not say what a comparison says');
  }
  return { report: report.data, key: file.key };
}
