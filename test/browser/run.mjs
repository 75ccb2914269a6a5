import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findChromium } from './chromium.mjs';

// Runs the browser tests of the built stack if there is a browser, and otherwise prints one
// sentence. With CI=true a missing browser is a failure.

const PLAYWRIGHT = join(import.meta.dirname, '../../node_modules/@playwright/test/cli.js');
const CONFIG = join(import.meta.dirname, 'playwright.config.ts');

const chromium = findChromium();
if (chromium === undefined) {
  console.log(
    'The browser tests of the usage page were not run, because there is no Chromium here: install the system package `chromium`, or set CHROMIUM=….',
  );
  process.exitCode = process.env.CI === 'true' ? 1 : 0;
} else {
  const args = [PLAYWRIGHT, 'test', '--config', CONFIG, ...process.argv.slice(2)];
  const env = { ...process.env, CHROMIUM: chromium };
  process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit', env }).status ?? 1;
}
