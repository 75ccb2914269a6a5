import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COUNTS_VARIABLE, closingLine, countsIn } from './counts.mjs';

// `npm test`: everything that Jest runs, then the page in a real browser; whatever fails, all of it
// is seen. With arguments only Jest is run, and they are its own. The last line counts both.

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
    writeFileSync(counts, `${JSON.stringify({ passed: 0, failed: 1 })}\n`, { flag: 'a' });
  }
  return status === 0;
}

const asked = process.argv.slice(2);
const isWell = [run([JEST, ...asked], { NODE_OPTIONS })];
if (asked.length === 0) isWell.push(run([BROWSER]));
console.log(`\n${closingLine(countsIn(counts))}`);
rmSync(folder, { recursive: true });
process.exitCode = isWell.every(Boolean) ? 0 : 1;
