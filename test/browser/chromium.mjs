import { existsSync } from 'node:fs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The one that is named, or else one of the system; undefined: there is none on this machine. */
export const findChromium = ({ CHROMIUM } = process.env) =>
  (CHROMIUM ? [CHROMIUM] : PLACES).find((path) => existsSync(path));

// By itself: says where it is, and fails where it is not.
if (process.argv[1] === import.meta.filename) {
  const chromium = findChromium();
  if (chromium === undefined) process.exitCode = 1;
  else console.log(chromium);
}
