import { existsSync, mkdirSync, statSync } from 'node:fs';
import { withFolder } from '../testing/fixtures.js';
import { createLibraryLinks, findBinaries } from './binaries.js';

describe('the programs of the embedded Postgres', () => {
  const folder = withFolder();
  const reported: string[] = [];
  const LINK = [{ source: 'native/lib/a.1', target: 'native/lib/a' }];
  function installed(links: unknown, script: string): void {
    mkdirSync(folder.in('native', 'lib'), { recursive: true });
    mkdirSync(folder.in('scripts'));
    folder.write('package.json', '{"type":"module"}');
    folder.write('native/pg-symlinks.json', JSON.stringify(links));
    folder.write('scripts/hydrate-symlinks.js', `import fs from 'node:fs';\n${script}`);
  }

  it('are those of the installed package, and may be run', async () => {
    const { initdb, postgres, major } = await findBinaries(null, (line) => reported.push(line));
    for (const program of [initdb, postgres]) expect(statSync(program).mode & 0o111).not.toBe(0);
    expect(major).toBe('18');
    expect(reported).toEqual([]);
  });

  it('need no links where the package lists none', async () => {
    await expect(createLibraryLinks(folder.path)).resolves.toBeUndefined();
  });

  it('have their links made once', async () => {
    installed(LINK, "fs.writeFileSync('native/lib/a', ''); fs.appendFileSync('calls', 'x');");
    await createLibraryLinks(folder.path);
    await createLibraryLinks(folder.path);
    expect(folder.read('calls')).toBe('x');
    expect(existsSync(folder.in('native', 'lib', 'a'))).toBe(true);
  });

  it('are missing a link that could not be made, with a sentence that says what to do', async () => {
    installed(LINK, '');
    await expect(createLibraryLinks(folder.path)).rejects.toThrow(
      `${folder.in('native', 'lib', 'a')} of the embedded Postgres is missing and could not be made: run npm rebuild as the owner of node_modules.`,
    );
  });

  it('fail with the error of the script that makes the links', async () => {
    installed(LINK, "throw new Error('read-only file system');");
    await expect(createLibraryLinks(folder.path)).rejects.toThrow('read-only file system');
  });
});
