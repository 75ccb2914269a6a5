import { defineConfig } from '@playwright/test';

// As the superuser, Chromium runs only without its sandbox.
const isRoot = process.getuid?.() === 0;

const definedIn = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])));

export default defineConfig({
  testDir: '.',
  // PICTURES=1 takes the pictures of the README instead.
  testMatch: process.env['PICTURES'] === '1' ? '*.pictures.ts' : '*.pw.ts',
  globalSetup: './stack.setup.ts',
  outputDir: '../../test-results',
  reporter: [['list'], ['./count-reporter.ts']],
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 7_000 },
  use: {
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      // What the browser itself writes, such as an empty day, is in the language of its process.
      env: { ...definedIn(process.env), LANGUAGE: 'zh_CN' },
      args: [
        ...(isRoot ? ['--no-sandbox'] : []),
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--lang=zh-CN',
      ],
    },
  },
});
