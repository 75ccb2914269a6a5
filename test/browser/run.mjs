import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

// Runs the browser tests where there is a browser; elsewhere it says so in one sentence. With
// CI=true that is a failure: there, nothing may be left out.

const CHROMIUMS = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const chromium = CHROMIUMS.find((path) => path && existsSync(path));
if (chromium === undefined) {
  console.log(
    'The browser tests were not run: there is no Chromium here (on Debian, `apt-get install chromium`; elsewhere, name it by CHROMIUM=…).',
  );
  process.exit(process.env.CI === 'true' ? 1 : 0);
}

const run = (command, args) =>
  spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, CHROMIUM: chromium } });

// The stack that is tested is the one that is built.
const built = run('npm', ['run', '--silent', 'build']);
if (built.status !== 0) process.exit(built.status ?? 1);

const { status } = run(process.execPath, [
  join(import.meta.dirname, '../../node_modules/@playwright/test/cli.js'),
  'test',
  '--config',
  join(import.meta.dirname, 'playwright.config.ts'),
  ...process.argv.slice(2),
]);
process.exit(status ?? 1);
