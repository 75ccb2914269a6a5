import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SendersFileError, SendersFileWatcher } from './senders-file-watcher.js';

const fileOf = (...subjects: string[]): string =>
  JSON.stringify({ senders: [{ name: 'one', subjects, types: ['ExpirePoints'] }] });

describe('A watched senders file', () => {
  let folder = '';
  const path = (): string => join(folder, 'senders.json');
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'points-ledger-senders-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  async function open(text: string) {
    writeFileSync(path(), text);
    return watch();
  }

  async function watch() {
    const taken: number[] = [];
    const rejected: string[] = [];
    const file = await SendersFileWatcher.open(
      path(),
      {},
      {
        loaded: (count) => taken.push(count),
        rejected: (faults) => rejected.push(faults),
      },
    );
    const lets = (subject: string): boolean => file.senders.authenticateSubject(subject).ok;
    return { file, taken, rejected, lets };
  }

  it('is applied at the start and after each change', async () => {
    const { file, lets: allows, taken } = await open(fileOf('old'));
    expect([allows('old'), allows('new')]).toEqual([true, false]);
    await file.reload();
    expect(taken).toEqual([1]);
    writeFileSync(path(), fileOf('new'));
    await file.reload();
    expect([allows('old'), allows('new')]).toEqual([false, true]);
    expect(taken).toEqual([1, 1]);
  });

  it('may be replaced by a rename', async () => {
    const { file, lets: allows } = await open(fileOf('old'));
    writeFileSync(`${path()}.next`, fileOf('new'));
    renameSync(`${path()}.next`, path());
    await file.reload();
    expect([allows('old'), allows('new')]).toEqual([false, true]);
  });

  it('may be a symbolic link that changes its target, as in a Kubernetes volume', async () => {
    for (const name of ['v1', 'v2']) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'senders.json'), fileOf(name));
    }
    symlinkSync('v1', join(folder, '..data'));
    symlinkSync('..data/senders.json', path());
    const { file, lets: allows } = await watch();
    expect([allows('v1'), allows('v2')]).toEqual([true, false]);
    symlinkSync('v2', join(folder, '..next'));
    renameSync(join(folder, '..next'), join(folder, '..data'));
    await file.reload();
    expect([allows('v1'), allows('v2')]).toEqual([false, true]);
  });

  it.each([
    ['no JSON', (file: string) => writeFileSync(file, '{"senders"')],
    ['empty', (file: string) => writeFileSync(file, '')],
    ['bad in one field', (file: string) => writeFileSync(file, fileOf('计费'))],
    ['away', (file: string) => rmSync(file)],
    ['too large', (file: string) => writeFileSync(file, ' '.repeat(1_048_577))],
  ])(
    'leaves the previous content in force when it is %s, and reports it once',
    async (_, damage) => {
      const { file, lets: allows, rejected, taken } = await open(fileOf('old'));
      damage(path());
      await file.reload();
      // The file may have been read while it was being written.
      expect(rejected).toEqual([]);
      for (let n = 0; n < 3; n += 1) await file.reload();
      expect(rejected).toHaveLength(1);
      expect(file.isRejected).toBe(true);
      expect(allows('old')).toBe(true);
      writeFileSync(path(), fileOf('new'));
      await file.reload();
      expect(file.isRejected).toBe(false);
      expect([allows('old'), allows('new'), taken.length]).toEqual([false, true, 2]);
    },
  );

  it('is valid again when the previous content is restored', async () => {
    const { file, lets: allows, taken } = await open(fileOf('old'));
    writeFileSync(path(), '{');
    await file.reload();
    await file.reload();
    expect(file.isRejected).toBe(true);
    writeFileSync(path(), fileOf('old'));
    await file.reload();
    expect([file.isRejected, allows('old'), taken]).toEqual([false, true, [1]]);
  });

  it('prevents the start when it is invalid, with an error that names every invalid field', async () => {
    await expect(open(fileOf('计费', 'a b'))).rejects.toThrow(SendersFileError);
    await expect(open(fileOf('计费', 'a b'))).rejects.toThrow(
      /senders\.0\.subjects\.0 .*senders\.0\.subjects\.1/,
    );
    rmSync(path());
    await expect(watch()).rejects.toThrow(/the file cannot be read: ENOENT/);
  });
});
