import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogFile } from './log-file.js';

/** Takes no byte, as a full disk. Linux has one. */
const FULL = '/dev/full';

describe('A log file', () => {
  let folder: string;
  let path: string;
  const logs: LogFile[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'points-ledger-log-'));
    path = join(folder, 'api.log');
  });
  afterEach(() => {
    for (const log of logs.splice(0)) log.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function open(bytesMax?: number): LogFile {
    const log = new LogFile(path, bytesMax);
    logs.push(log);
    return log;
  }
  const text = () => readFileSync(path, 'utf8');

  it('goes on behind what an earlier run wrote, and is read by its owner alone', () => {
    open().write('first\n');
    open().write(Buffer.from('second\n'));
    expect(text()).toBe('first\nsecond\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('keeps two files, however much is written', () => {
    const log = open(100);
    for (let line = 0; line < 1_000; line += 1) log.write(`line ${line}\n`);
    expect(statSync(path).size).toBeLessThanOrEqual(100);
    expect(statSync(`${path}.before`).size).toBeLessThanOrEqual(100);
    expect(text()).toContain('line 999');
  });

  it('does not grow when the file before it cannot be moved away', () => {
    mkdirSync(join(folder, 'api.log.before', 'in the way'), { recursive: true });
    const log = open(100);
    for (let line = 0; line < 100; line += 1) log.write(`line ${line}\n`);
    expect(statSync(path).size).toBeLessThanOrEqual(100);
    expect(text()).toContain('line 99');
  });

  it('is written as soon as its folder is there, and says what is missing', () => {
    rmSync(folder, { recursive: true });
    const log = open();
    log.write('lost\n');
    log.write('lost\nlost\n');
    mkdirSync(folder);
    log.write('kept\n');
    expect(text()).toBe('(3 lines are missing here: they could not be written, ENOENT)\nkept\n');
  });

  it('on a full disk ends nobody', () => {
    // Where there is no such device, a folder in its place can't be written either.
    if (existsSync(FULL)) symlinkSync(FULL, path);
    else mkdirSync(path);
    const log = open();
    for (let line = 0; line < 10; line += 1) log.write(`line ${line}\n`);
    log.close();
    rmSync(path, { recursive: true });
    log.write('there is room again\n');
    expect(text()).toMatch(
      /^\(10 lines are missing here: they could not be written, (ENOSPC|EISDIR)\)\nthere is room again\n$/,
    );
  });

  it('that was there as a file of an earlier version is taken up', () => {
    writeFileSync(path, 'old\n');
    open().write('new\n');
    expect(text()).toBe('old\nnew\n');
  });
});
