import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClosingLine as BrowserLine } from './browser/closing-line.js';
import { COUNTS_VARIABLE, closingLine, countsIn, tellCounts } from './counts.mjs';

const withoutChromium = (env: Readonly<Record<string, string>>) =>
  spawnSync(process.execPath, [join(import.meta.dirname, 'browser/run.mjs')], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', CHROMIUM: '/nowhere/chromium', ...env },
  });

describe('the browser tests on a machine without a Chromium', () => {
  it('are left out, and one sentence says so and what to install', () => {
    const { status, stdout, stderr } = withoutChromium({ CI: '' });
    expect(status).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(stdout).toMatch(/were not run.*system package `chromium`/);
    expect(stderr).toBe('');
  });

  it('are a failure with the same sentence where nothing may be left out', () => {
    const { status, stdout } = withoutChromium({ CI: 'true' });
    expect(status).toBe(1);
    expect(stdout).toMatch(/were not run.*system package `chromium`/);
  });
});

describe('the counts of a run', () => {
  let folder = '';
  const before = process.env[COUNTS_VARIABLE];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'points-ledger-counts-'));
    process.env[COUNTS_VARIABLE] = join(folder, 'counts');
    writeFileSync(join(folder, 'counts'), '');
  });
  afterEach(() => {
    if (before === undefined) delete process.env[COUNTS_VARIABLE];
    else process.env[COUNTS_VARIABLE] = before;
    rmSync(folder, { recursive: true });
  });

  const told = () => closingLine(countsIn(join(folder, 'counts')));

  it('are those of all its parts', () => {
    expect(told()).toBe('0 passed, 0 failed');
    tellCounts({ passed: 3, failed: 1 });
    tellCounts({ passed: 4, failed: 0 });
    expect(told()).toBe('7 passed, 1 failed');
  });

  it('have a browser test that was not run among the failed, and what fails outside of tests', async () => {
    const reporter = new BrowserLine();
    const outcomes = ['expected', 'expected', 'unexpected', 'skipped', 'flaky'] as const;
    const tests = outcomes.map((outcome) => ({ outcome: () => outcome }));
    reporter.onBegin({}, { allTests: () => tests });
    reporter.onError();
    expect(await reporter.onEnd()).toEqual({ status: 'failed' });
    expect(told()).toBe('2 passed, 4 failed');
  });

  it('fail where the stack of the browser tests does not start', async () => {
    const reporter = new BrowserLine();
    reporter.onError();
    expect(await reporter.onEnd()).toEqual({ status: 'failed' });
    expect(told()).toBe('0 passed, 1 failed');
  });
});

/** What a double of Jest or of the browser tests tells before it ends. */
interface Ends {
  readonly status: number;
  readonly counts: { readonly passed: number; readonly failed: number } | null;
}

describe('npm test', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'points-ledger-run-'));
    mkdirSync(join(folder, 'test/browser'), { recursive: true });
    mkdirSync(join(folder, 'node_modules/jest/bin'), { recursive: true });
    for (const file of ['run.mjs', 'counts.mjs']) {
      copyFileSync(join(import.meta.dirname, file), join(folder, 'test', file));
    }
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The real run, of a Jest and of browser tests that end like that. */
  const run = (jest: Ends, browser: Ends, ...args: readonly string[]) => {
    const double = (name: string, { status, counts }: Ends): string => `
      const { appendFileSync } = process.getBuiltinModule('node:fs');
      console.log(['${name}', ...process.argv.slice(2)].join(' '));
      const counts = ${JSON.stringify(counts)};
      if (counts) appendFileSync(process.env.${COUNTS_VARIABLE}, JSON.stringify(counts) + '\\n');
      process.exitCode = ${status};`;
    writeFileSync(join(folder, 'node_modules/jest/bin/jest.js'), double('jest', jest));
    writeFileSync(join(folder, 'test/browser/run.mjs'), double('browser', browser));
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(folder, 'test/run.mjs'), ...args],
      { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
    );
    return { status, said: stdout.trimEnd().split('\n').filter(Boolean) };
  };
  const well = (passed: number): Ends => ({ status: 0, counts: { passed, failed: 0 } });

  it('runs Jest and the browser, and counts both in its last line', () => {
    expect(run(well(5), well(2))).toEqual({
      status: 0,
      said: ['jest', 'browser', '7 passed, 0 failed'],
    });
  });

  it('fails when Jest does, and runs the browser all the same', () => {
    const jest = { status: 1, counts: { passed: 4, failed: 1 } };
    expect(run(jest, well(2))).toEqual({
      status: 1,
      said: ['jest', 'browser', '6 passed, 1 failed'],
    });
  });

  it('fails when the browser tests do', () => {
    const browser = { status: 1, counts: { passed: 0, failed: 2 } };
    expect(run(well(5), browser)).toEqual({
      status: 1,
      said: ['jest', 'browser', '5 passed, 2 failed'],
    });
  });

  it.each([null, { passed: 3, failed: 0 }])(
    'never says that none failed when a run did: told %j',
    (counts) => {
      const { status, said } = run({ status: 1, counts }, well(2));
      expect(status).toBe(1);
      expect(said.at(-1)).toMatch(/passed, 1 failed$/);
    },
  );

  it('goes well where the browser tests were left out', () => {
    expect(run(well(5), { status: 0, counts: null })).toMatchObject({ status: 0 });
  });

  it('with arguments runs only Jest, and they are its own', () => {
    expect(run(well(5), well(2), '--selectProjects', 'unit')).toEqual({
      status: 0,
      said: ['jest --selectProjects unit', '5 passed, 0 failed'],
    });
  });

  it('runs everything by one command, which CI takes as it is', () => {
    const text = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
    const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> };
    expect(scripts).toMatchObject({ test: 'node test/run.mjs', pretest: 'npm run --silent build' });
    expect(text('.ci/run')).toMatch(/^export CI=true$[^]*^step npm test --silent\n$/m);
  });
});
