import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { withFolder } from '../testing/fixtures.js';
import { ifMissing, writeFileAtomically } from './atomic-file.js';

describe('a file that is written atomically', () => {
  const folder = withFolder();

  it('has the new text, and is readable by its owner alone', async () => {
    const path = folder.write('state.json', 'old');
    await writeFileAtomically(path, 'new');
    expect(folder.read('state.json')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.path)).toEqual(['state.json']);
  });

  it('is made where there was none, also over what an interrupted write left', async () => {
    folder.write('state.json.unfinished', 'a long text that was not written to its end');
    await writeFileAtomically(folder.in('state.json'), 'new');
    expect(folder.read('state.json')).toBe('new');
    expect(readdirSync(folder.path)).toEqual(['state.json']);
  });

  it('is as it was when it cannot be put in its place, and nothing is left beside it', async () => {
    mkdirSync(folder.in('state.json', 'a folder'), { recursive: true });
    await expect(writeFileAtomically(folder.in('state.json'), 'new')).rejects.toThrow();
    expect(readdirSync(folder.path)).toEqual(['state.json']);
    expect(readdirSync(folder.in('state.json'))).toEqual(['a folder']);
  });

  it('fails where its folder is missing', async () => {
    await expect(writeFileAtomically(folder.in('no', 'file'), '')).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});

describe('what is read of a file that may be missing', () => {
  const folder = withFolder();

  it('is the value for it where it is missing', async () => {
    expect(await readFile(folder.in('none'), 'utf8').catch(ifMissing(7))).toBe(7);
  });

  it('is an error where it cannot be read for another reason', async () => {
    await expect(readFile(folder.path, 'utf8').catch(ifMissing(7))).rejects.toMatchObject({
      code: 'EISDIR',
    });
  });
});
