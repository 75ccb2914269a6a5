import { existsSync } from 'node:fs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The Chromium named by the variable, or else that of the system, or undefined. */
export const findChromium = ({ CHROMIUM } = process.env) =>
  (CHROMIUM ? [CHROMIUM] : PLACES).find((path) => existsSync(path));

// Run as a program, it prints the path, and fails when there is none.
if (process.argv[1] === import.meta.filename) {
  const chromium = findChromium();
  if (chromium === undefined) process.exitCode = 1;
  else console.log(chromium);
}
