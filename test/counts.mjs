import { appendFileSync, readFileSync, writeSync } from 'node:fs';

/** The variable with the file in which the parts of one run record their counts. */
export const COUNTS_VARIABLE = 'TEST_COUNTS';

/** The last line of a run, for people and machines. */
export const closingLine = ({ passed, failed }) => `${passed} passed, ${failed} failed`;

/** Records the counts of one part of a run in the file, or prints them as the last line without one. */
export function tellCounts(counts) {
  const file = process.env[COUNTS_VARIABLE];
  if (file !== undefined) return appendFileSync(file, `${JSON.stringify(counts)}\n`);
  // Test runners write their summaries after all reporters.
  process.once('exit', () => writeSync(process.stderr.fd, `\n${closingLine(counts)}\n`));
}

/** The sum of the recorded counts. */
export function countsIn(file) {
  const parts = readFileSync(file, 'utf8').split('\n').filter(Boolean).map(JSON.parse);
  const sum = (of) => parts.reduce((all, part) => all + part[of], 0);
  return { passed: sum('passed'), failed: sum('failed') };
}
