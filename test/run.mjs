import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COUNTS_VARIABLE, closingLine, countsIn } from './counts.mjs';
import { PYTHON_VARIABLE, openPython } from './foreign/python.mjs';

// `npm test` runs everything in Jest and then the page in a real browser, even if something fails. With
// arguments it runs only Jest and passes them on. The last line has the counts of both.
// Without Python, the tests that need it are left out and one sentence reports it. With CI=true that is a
// failure.

const JEST = join(import.meta.dirname, '../node_modules/jest/bin/jest.js');
const BROWSER = join(import.meta.dirname, 'browser/run.mjs');
const NODE_OPTIONS = [
  process.env.NODE_OPTIONS ?? '',
  '--experimental-vm-modules --disable-warning=ExperimentalWarning',
].join(' ');

const folder = mkdtempSync(join(tmpdir(), 'points-ledger-tests-'));
const counts = join(folder, 'counts.jsonl');
writeFileSync(counts, '');

/** Returns whether the part succeeded. A part that fails without a count adds one failed test. */
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

/** The interpreter for the tests that need one, or an empty text when there is none. */
function preparePython() {
  const { python, missing } = openPython();
  if (missing === undefined) return { python, isWell: true };
  console.log(missing);
  const isWell = process.env.CI !== 'true';
  if (!isWell) countOneFailed();
  return { python: '', isWell };
}

const jestArgs = process.argv.slice(2);
const foreign = preparePython();
const isWell = [
  foreign.isWell,
  run([JEST, ...jestArgs], { NODE_OPTIONS, [PYTHON_VARIABLE]: foreign.python }),
];
if (jestArgs.length === 0) isWell.push(run([BROWSER]));
console.log(`\n${closingLine(countsIn(counts))}`);
rmSync(folder, { recursive: true });
process.exitCode = isWell.every(Boolean) ? 0 : 1;
