import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepPrivate } from './private-folders.js';

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('The data directory of a stack', () => {
  let folder: string;
  let dataDir: string;
  let said: string[];
  const inside = (name: string): string => join(dataDir, name);
  const make = (name: string, mode: number): void => {
    if (name.includes('.') || name.includes('-')) writeFileSync(inside(name), 'x');
    else mkdirSync(inside(name));
    chmodSync(inside(name), mode);
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'points-ledger-private-'));
    dataDir = join(folder, 'data');
    said = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is its owner’s alone', async () => {
    await keepPrivate(dataDir, (line) => said.push(line), false);
    expect(['', 'logs', 'kafka'].map(inside).map(modeOf)).toEqual(['700', '700', '700']);
  });

  it('lets Postgres pass through where root has started it, and look at nothing', async () => {
    await keepPrivate(dataDir, (line) => said.push(line), true);
    expect(['', 'logs', 'kafka'].map(inside).map(modeOf)).toEqual(['711', '700', '700']);
  });

  it.each([
    [false, '700'],
    [true, '711'],
  ])(
    'is closed with all in it when an earlier version left it open (by root: %s)',
    async (isRoot, mode) => {
      mkdirSync(dataDir);
      chmodSync(dataDir, 0o755);
      for (const name of ['logs', 'kafka', 'postgres', 'running']) make(name, 0o755);
      for (const name of ['jwt-secret', 'cursor-secret', 'ready.json']) make(name, 0o644);
      await keepPrivate(dataDir, (line) => said.push(line), isRoot);
      expect(modeOf(dataDir)).toBe(mode);
      for (const name of ['logs', 'kafka', 'postgres', 'running']) {
        expect(modeOf(inside(name))).toBe('700');
      }
      for (const name of ['jwt-secret', 'cursor-secret', 'ready.json']) {
        expect(modeOf(inside(name))).toBe('600');
      }
    },
  );

  it('that holds other things too is left as it is, and what a stack made in it is closed', async () => {
    mkdirSync(dataDir);
    chmodSync(dataDir, 0o755);
    make('photos', 0o755);
    make('logs', 0o755);
    await keepPrivate(dataDir, (line) => said.push(line), false);
    expect([modeOf(dataDir), modeOf(inside('photos'))]).toEqual(['755', '755']);
    expect(modeOf(inside('logs'))).toBe('700');
  });

  it('that is closed further stays so', async () => {
    mkdirSync(dataDir, { mode: 0o700 });
    make('jwt-secret', 0o400);
    await keepPrivate(dataDir, (line) => said.push(line), true);
    expect([modeOf(dataDir), modeOf(inside('jwt-secret'))]).toEqual(['700', '400']);
  });

  it('that can not be made is said, and stops nothing here', async () => {
    writeFileSync(dataDir, 'a file stands in its place');
    await keepPrivate(dataDir, (line) => said.push(line), false);
    expect(said[0]).toMatch(`${dataDir} could not be kept to its owner: `);
  });
});
