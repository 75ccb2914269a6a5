import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadOrCreateSecret } from './tokens.js';
import { writeFileAtomically } from '#embedded';

describe('A secret of the stack', () => {
  let dataDir: string;
  beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'points-ledger-secret-'))));
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('is created once, readable by its owner only, and then reused', async () => {
    const secret = await loadOrCreateSecret(join(dataDir, 'new'), 'jwt-secret');
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(await loadOrCreateSecret(join(dataDir, 'new'), 'jwt-secret')).toBe(secret);
    expect(statSync(join(dataDir, 'new', 'jwt-secret')).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(dataDir, 'new'))).toEqual(['jwt-secret']);
  });

  it('is created again when a start on a full disk left it empty', async () => {
    writeFileSync(join(dataDir, 'jwt-secret'), '');
    const secret = await loadOrCreateSecret(dataDir, 'jwt-secret');
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(readFileSync(join(dataDir, 'jwt-secret'), 'utf8')).toBe(secret);
  });

  it('is not replaced when it cannot be read', async () => {
    await expect(loadOrCreateSecret(dataDir, '.')).rejects.toMatchObject({ code: 'EISDIR' });
  });
});

describe('A file that is written atomically', () => {
  it('is unchanged when it cannot be written, and leaves no temporary file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'points-ledger-whole-'));
    const path = join(folder, 'file', 'below');
    writeFileSync(join(folder, 'file'), 'old');
    await expect(writeFileAtomically(path, 'new')).rejects.toMatchObject({ code: 'ENOTDIR' });
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['file']);
    rmSync(folder, { recursive: true });
  });
});
