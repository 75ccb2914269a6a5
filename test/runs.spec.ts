import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CountReporter as BrowserLine } from './browser/count-reporter.js';
import { COUNTS_VARIABLE, closingLine, countsIn, tellCounts } from './counts.mjs';
import { openPython } from './foreign/python.mjs';

const withoutChromium = (env: Readonly<Record<string, string>>) =>
  spawnSync(process.execPath, [join(import.meta.dirname, 'browser/run.mjs')], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', CHROMIUM: '/nowhere/chromium', ...env },
  });

describe('The browser tests on a machine without a Chromium', () => {
  it('are left out, and one sentence names what to install', () => {
    const { status, stdout, stderr } = withoutChromium({ CI: '' });
    expect(status).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(stdout).toMatch(/were not run.*system package `chromium`/);
    expect(stderr).toBe('');
  });

  it('are a failure with the same sentence in CI', () => {
    const { status, stdout } = withoutChromium({ CI: 'true' });
    expect(status).toBe(1);
    expect(stdout).toMatch(/were not run.*system package `chromium`/);
  });
});

describe('The Python of the tests with clients of other languages', () => {
  let cacheDir = '';
  beforeEach(() => {
    cacheDir = mkdtempSync(join(tmpdir(), 'points-ledger-python-'));
  });
  afterEach(() => rmSync(cacheDir, { recursive: true }));

  /** A double of Python that reports that version, creates environments, and installs packages or fails to. */
  function doubleOfPython({ version = '3 12', pipStatus = 0 } = {}): string {
    const path = join(cacheDir, 'python-double');
    const script = `#!/bin/sh
case "$1 $2" in
  "-c "*) echo "${version}" ;;
  "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  "-m pip") echo "no such package" >&2; exit ${pipStatus} ;;
esac
`;
    writeFileSync(path, script, { mode: 0o755 });
    return path;
  }
  const open = (PYTHON: string) =>
    openPython({ cacheDir: join(cacheDir, 'kept'), env: { ...process.env, PYTHON } });

  it('is reported as missing with what to install', () => {
    const { missing } = open('/nowhere/python');
    expect(missing).toMatch(/were not run.*no Python 3\.10.*system packages `python3`/);
  });

  it('is not used when it is too old', () => {
    expect(open(doubleOfPython({ version: '3 9' })).missing).toMatch(/no Python 3\.10 or newer/);
  });

  it('is reported as missing when its packages cannot be installed, and leaves nothing incomplete', () => {
    const { missing } = open(doubleOfPython({ pipStatus: 1 }));
    expect(missing).toMatch(/were not run.*requirements\.txt names: no such package/);
    expect(readdirSync(join(cacheDir, 'kept'))).toEqual([]);
  });

  it('is set up once, and used again', () => {
    const double = doubleOfPython();
    const { python = '' } = open(double);
    expect(existsSync(python)).toBe(true);
    writeFileSync(join(python, '../made-before'), '');
    expect(open(double)).toEqual({ python });
    expect(existsSync(join(python, '../made-before'))).toBe(true);
  });
});

describe('The counts of a run', () => {
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

  const countsLine = () => closingLine(countsIn(join(folder, 'counts')));

  it('are the sum of all its parts', () => {
    expect(countsLine()).toBe('0 passed, 0 failed');
    tellCounts({ passed: 3, failed: 1 });
    tellCounts({ passed: 4, failed: 0 });
    expect(countsLine()).toBe('7 passed, 1 failed');
  });

  it('include browser tests that were not run and errors outside of tests as failed', async () => {
    const reporter = new BrowserLine();
    const outcomes = ['expected', 'expected', 'unexpected', 'skipped', 'flaky'] as const;
    const tests = outcomes.map((outcome) => ({ outcome: () => outcome }));
    reporter.onBegin({}, { allTests: () => tests });
    reporter.onError();
    expect(await reporter.onEnd()).toEqual({ status: 'failed' });
    expect(countsLine()).toBe('2 passed, 4 failed');
  });

  it('include a failure when the stack of the browser tests does not start', async () => {
    const reporter = new BrowserLine();
    reporter.onError();
    expect(await reporter.onEnd()).toEqual({ status: 'failed' });
    expect(countsLine()).toBe('0 passed, 1 failed');
  });
});

/** The counts that a double of Jest or of the browser tests records before it ends. */
interface Ends {
  readonly status: number;
  readonly counts: { readonly passed: number; readonly failed: number } | null;
}

describe('npm test', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'points-ledger-run-'));
    mkdirSync(join(folder, 'test/browser'), { recursive: true });
    mkdirSync(join(folder, 'test/foreign'));
    mkdirSync(join(folder, 'node_modules/jest/bin'), { recursive: true });
    givePython({ python: '/venv/bin/python' });
    for (const file of ['run.mjs', 'counts.mjs']) {
      copyFileSync(join(import.meta.dirname, file), join(folder, 'test', file));
    }
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A double of the module that finds the Python of the tests. */
  const givePython = (opened: { readonly python?: string; readonly missing?: string }) =>
    writeFileSync(
      join(folder, 'test/foreign/python.mjs'),
      `export const PYTHON_VARIABLE = 'TEST_PYTHON';
      export const openPython = () => (${JSON.stringify(opened)});`,
    );

  /** Runs the real script with doubles of Jest and of the browser tests that end like that. */
  const run = (jest: Ends, browser: Ends, ...args: readonly string[]) =>
    runIn({}, jest, browser, ...args);

  const runIn = (
    env: Readonly<Record<string, string>>,
    jest: Ends,
    browser: Ends,
    ...args: readonly string[]
  ) => {
    const double = (name: string, { status, counts }: Ends): string => `
      const { appendFileSync } = process.getBuiltinModule('node:fs');
      console.log(['${name}', ...process.argv.slice(2)].join(' '));
      if (process.env.TELL_PYTHON) console.log('python:' + process.env.TEST_PYTHON);
      const counts = ${JSON.stringify(counts)};
      if (counts) appendFileSync(process.env.${COUNTS_VARIABLE}, JSON.stringify(counts) + '\\n');
      process.exitCode = ${status};`;
    writeFileSync(join(folder, 'node_modules/jest/bin/jest.js'), double('jest', jest));
    writeFileSync(join(folder, 'test/browser/run.mjs'), double('browser', browser));
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(folder, 'test/run.mjs'), ...args],
      { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '', CI: '', ...env } },
    );
    return { status, said: stdout.trimEnd().split('\n').filter(Boolean) };
  };
  const well = (passed: number): Ends => ({ status: 0, counts: { passed, failed: 0 } });

  it('runs Jest and the browser, and prints the counts of both in its last line', () => {
    expect(run(well(5), well(2))).toEqual({
      status: 0,
      said: ['jest', 'browser', '7 passed, 0 failed'],
    });
  });

  it('fails when Jest fails, and still runs the browser', () => {
    const jest = { status: 1, counts: { passed: 4, failed: 1 } };
    expect(run(jest, well(2))).toEqual({
      status: 1,
      said: ['jest', 'browser', '6 passed, 1 failed'],
    });
  });

  it('fails when the browser tests fail', () => {
    const browser = { status: 1, counts: { passed: 0, failed: 2 } };
    expect(run(well(5), browser)).toEqual({
      status: 1,
      said: ['jest', 'browser', '5 passed, 2 failed'],
    });
  });

  it.each([null, { passed: 3, failed: 0 }])(
    'never reports 0 failed when a run failed with the counts %j',
    (counts) => {
      const { status, said } = run({ status: 1, counts }, well(2));
      expect(status).toBe(1);
      expect(said.at(-1)).toMatch(/passed, 1 failed$/);
    },
  );

  it('succeeds when the browser tests were left out', () => {
    expect(run(well(5), { status: 0, counts: null })).toMatchObject({ status: 0 });
  });

  it('passes the path of Python to Jest', () => {
    const { said } = runIn({ TELL_PYTHON: 'yes' }, well(5), well(2));
    expect(said).toContain('python:/venv/bin/python');
  });

  it('reports a missing Python in a sentence, and runs the rest', () => {
    givePython({ missing: 'There is no Python here.' });
    const { status, said } = runIn({ TELL_PYTHON: 'yes' }, well(5), well(2));
    expect(status).toBe(0);
    expect(said[0]).toBe('There is no Python here.');
    expect(said).toContain('python:');
    expect(said.at(-1)).toBe('7 passed, 0 failed');
  });

  it('fails without a Python in CI', () => {
    givePython({ missing: 'There is no Python here.' });
    expect(runIn({ CI: 'true' }, well(5), well(2))).toEqual({
      status: 1,
      said: ['There is no Python here.', 'jest', 'browser', '7 passed, 1 failed'],
    });
  });

  it('with arguments runs only Jest, and passes them on', () => {
    expect(run(well(5), well(2), '--selectProjects', 'unit')).toEqual({
      status: 0,
      said: ['jest --selectProjects unit', '5 passed, 0 failed'],
    });
  });

  it('runs everything by one command, which CI uses', () => {
    const text = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
    const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> };
    expect(scripts).toMatchObject({ test: 'node test/run.mjs', pretest: 'npm run --silent build' });
    expect(text('.ci/run')).toMatch(/^export CI=true$[^]*^step npm test --silent\n$/m);
  });
});
