import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COUNTS_VARIABLE, closingLine, countsIn } from './counts.mjs';
import { PYTHON_VARIABLE, openPython } from './foreign/python.mjs';

// `npm test`: everything that Jest runs, then the page in a real browser; whatever fails, all of it
// is seen. With arguments only Jest is run, and they are its own. The last line counts both.
// Where there is no Python, the tests that need one are left out and one sentence says so; with
// CI=true that is a failure: there, nothing may be left out.

const JEST = join(import.meta.dirname, '../node_modules/jest/bin/jest.js');
const BROWSER = join(import.meta.dirname, 'browser/run.mjs');
const NODE_OPTIONS = [
  process.env.NODE_OPTIONS ?? '',
  '--experimental-vm-modules --disable-warning=ExperimentalWarning',
].join(' ');

const folder = mkdtempSync(join(tmpdir(), 'points-ledger-tests-'));
const counts = join(folder, 'counts.jsonl');
writeFileSync(counts, '');

/** Whether it went well. What went wrong without telling is one more that failed. */
function run(args, env) {
  const before = countsIn(counts).failed;
  const { status } = spawnSync(process.execPath, args, {
    stdio: 'inherit',
    env: { ...process.env, [COUNTS_VARIABLE]: counts, ...env },
  });
  if (status !== 0 && countsIn(counts).failed === before) {
    countOneFailed();
  }
  return status === 0;
}

const countOneFailed = () =>
  writeFileSync(counts, `${JSON.stringify({ passed: 0, failed: 1 })}\n`, { flag: 'a' });

/** The interpreter for the tests that need one; empty: there is none, and that may be. */
function preparePython() {
  const { python, missing } = openPython();
  if (missing === undefined) return { python, isWell: true };
  console.log(missing);
  const isWell = process.env.CI !== 'true';
  if (!isWell) countOneFailed();
  return { python: '', isWell };
}

const asked = process.argv.slice(2);
const foreign = preparePython();
const isWell = [
  foreign.isWell,
  run([JEST, ...asked], { NODE_OPTIONS, [PYTHON_VARIABLE]: foreign.python }),
];
if (asked.length === 0) isWell.push(run([BROWSER]));
console.log(`\n${closingLine(countsIn(counts))}`);
rmSync(folder, { recursive: true });
process.exitCode = isWell.every(Boolean) ? 0 : 1;
