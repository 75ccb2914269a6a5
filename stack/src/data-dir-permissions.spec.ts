import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { restrictDataDir } from './data-dir-permissions.js';

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('The data directory of a stack', () => {
  let folder: string;
  let dataDir: string;
  let reported: string[];
  const inside = (name: string): string => join(dataDir, name);
  const make = (name: string, mode: number): void => {
    if (name.includes('.') || name.includes('-')) writeFileSync(inside(name), 'x');
    else mkdirSync(inside(name));
    chmodSync(inside(name), mode);
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'points-ledger-private-'));
    dataDir = join(folder, 'data');
    reported = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is accessible to its owner only', async () => {
    await restrictDataDir(dataDir, (line) => reported.push(line), false);
    expect(['', 'logs', 'kafka'].map(inside).map(modeOf)).toEqual(['700', '700', '700']);
  });

  it('lets the user of Postgres only traverse it when root has started the stack', async () => {
    await restrictDataDir(dataDir, (line) => reported.push(line), true);
    expect(['', 'logs', 'kafka'].map(inside).map(modeOf)).toEqual(['711', '700', '700']);
  });

  it.each([
    [false, '700'],
    [true, '711'],
  ])(
    'is restricted with its contents when an earlier version left it open (by root: %s)',
    async (isRoot, mode) => {
      mkdirSync(dataDir);
      chmodSync(dataDir, 0o755);
      for (const name of ['logs', 'kafka', 'postgres', 'running']) make(name, 0o755);
      for (const name of ['jwt-secret', 'cursor-secret', 'ready.json']) make(name, 0o644);
      await restrictDataDir(dataDir, (line) => reported.push(line), isRoot);
      expect(modeOf(dataDir)).toBe(mode);
      for (const name of ['logs', 'kafka', 'postgres', 'running']) {
        expect(modeOf(inside(name))).toBe('700');
      }
      for (const name of ['jwt-secret', 'cursor-secret', 'ready.json']) {
        expect(modeOf(inside(name))).toBe('600');
      }
    },
  );

  it('is not changed when it has other contents too, but the entries of the stack are restricted', async () => {
    mkdirSync(dataDir);
    chmodSync(dataDir, 0o755);
    make('photos', 0o755);
    make('logs', 0o755);
    await restrictDataDir(dataDir, (line) => reported.push(line), false);
    expect([modeOf(dataDir), modeOf(inside('photos'))]).toEqual(['755', '755']);
    expect(modeOf(inside('logs'))).toBe('700');
  });

  it('keeps permissions that are more restrictive', async () => {
    mkdirSync(dataDir, { mode: 0o700 });
    make('jwt-secret', 0o400);
    await restrictDataDir(dataDir, (line) => reported.push(line), true);
    expect([modeOf(dataDir), modeOf(inside('jwt-secret'))]).toEqual(['700', '400']);
  });

  it('is reported when it cannot be created, without an error', async () => {
    writeFileSync(dataDir, 'a file in its place');
    await restrictDataDir(dataDir, (line) => reported.push(line), false);
    expect(reported[0]).toMatch(`${dataDir} could not be restricted to its owner: `);
  });
});
