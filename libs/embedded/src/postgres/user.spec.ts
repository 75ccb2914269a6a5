import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { withFolder } from '../testing/fixtures.js';
import { firstClosedFolder } from './user.js';

describe('the user that Postgres runs as', () => {
  const folder = withFolder();
  const inner = () => folder.in('a', 'b', 'c');
  beforeEach(() => {
    mkdirSync(inner(), { recursive: true });
    chmodSync(folder.path, 0o755);
  });

  /** A user who is the owner of the folders, in their group, or neither. */
  const user = (of: 'owner' | 'group' | 'others') => {
    const { uid, gid } = statSync(folder.path);
    return { name: of, uid: of === 'owner' ? uid : uid + 1, gid: of === 'others' ? gid + 1 : gid };
  };

  it.each([
    ['owner', 0o677, 0o100],
    ['group', 0o767, 0o710],
    ['others', 0o776, 0o701],
  ] as const)('is let in as one of the %s by their bit alone', async (who, closed, open) => {
    chmodSync(folder.in('a'), closed);
    expect(await firstClosedFolder(inner(), user(who))).toBe(folder.in('a'));
    chmodSync(folder.in('a'), open);
    expect(await firstClosedFolder(folder.in('a'), user(who))).toBeNull();
    chmodSync(folder.in('a'), 0o755);
  });

  it('is stopped by the first closed folder of several', async () => {
    chmodSync(folder.in('a', 'b'), 0o700);
    chmodSync(folder.in('a'), 0o700);
    expect(await firstClosedFolder(inner(), user('others'))).toBe(folder.in('a'));
    chmodSync(folder.in('a'), 0o755);
    expect(await firstClosedFolder(inner(), user('others'))).toBe(folder.in('a', 'b'));
  });

  it('may be kept out by the folder itself', async () => {
    chmodSync(inner(), 0o700);
    expect(await firstClosedFolder(inner(), user('others'))).toBe(inner());
    expect(await firstClosedFolder(dirname(inner()), user('others'))).toBeNull();
  });

  it('is not stopped by what is not there yet', async () => {
    expect(await firstClosedFolder(folder.in('new', 'data'), user('others'))).toBeNull();
  });
});
