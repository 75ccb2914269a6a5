import { createHmac } from 'node:crypto';
import { MemorySnapshotStore } from './testing/memory-snapshot-store.js';
import type { Snapshot, UnsealedSnapshot } from './port.js';
import { SealedSnapshots } from './sealed-snapshots.js';
import { SnapshotKeys, InvalidSnapshotKeysError, parseSnapshotKeys } from './snapshot-keys.js';

const secret = (fill: number) => new Uint8Array(32).fill(fill);
const OLD = { id: 'old', secret: secret(1) };
const NEW = { id: 'new', secret: secret(2) };
const keys = new SnapshotKeys([OLD]);

const UNSEALED: UnsealedSnapshot = {
  revision: 300,
  hash: new Uint8Array(32).fill(7),
  state: '{"balance":1,"text":"积分"}',
};
const sealed = keys.seal('points-a', '1:policy', UNSEALED);

describe('The seal of a snapshot', () => {
  it('is valid for the snapshot that it was made for', () => {
    expect(sealed.keyId).toBe('old');
    expect(keys.check('points-a', '1:policy', sealed)).toBe('good');
  });

  it.each<[string, { stream?: string; key?: string; change?: Partial<Snapshot> }]>([
    ['moved to another stream', { stream: 'points-b' }],
    ['moved to another policy', { key: '1:other' }],
    ['moved to another revision', { change: { revision: 301 } }],
    ['moved to a revision 2^32 away', { change: { revision: 300 + 2 ** 32 } }],
    ['at a revision that is not a number', { change: { revision: Number.NaN } }],
    ['moved to another history', { change: { hash: new Uint8Array(32).fill(8) } }],
    ['given another balance', { change: { state: '{"balance":2,"text":"积分"}' } }],
    ['given a seal that is too short', { change: { mac: sealed.mac.subarray(0, 16) } }],
    ['given no seal', { change: { mac: new Uint8Array(0) } }],
  ])('is invalid for a snapshot that was %s', (_, { stream, key, change }) => {
    const found = keys.check(stream ?? 'points-a', key ?? '1:policy', { ...sealed, ...change });
    expect(found).toBe('forged');
  });

  it('can’t be made without the key, nor by an unkeyed hash', () => {
    const mac = createHmac('sha256', '').update(UNSEALED.state).digest();
    expect(keys.check('points-a', '1:policy', { ...sealed, mac })).toBe('forged');
  });

  it('is accepted from both keys during a rotation, and from the old key no longer afterwards', () => {
    const both = new SnapshotKeys([NEW, OLD]);
    const fresh = both.seal('points-a', '1:policy', UNSEALED);
    expect(fresh.keyId).toBe('new');
    expect(both.check('points-a', '1:policy', sealed)).toBe('good');
    expect(both.check('points-a', '1:policy', fresh)).toBe('good');
    expect(new SnapshotKeys([NEW]).check('points-a', '1:policy', sealed)).toBe('unknown-key');
  });

  it('of one key is invalid under the id of another', () => {
    const both = new SnapshotKeys([NEW, OLD]);
    expect(both.check('points-a', '1:policy', { ...sealed, keyId: 'new' })).toBe('forged');
  });
});

describe('Sealed snapshots', () => {
  it('return the saved snapshot', async () => {
    const snapshots = new SealedSnapshots(new MemorySnapshotStore(), keys);
    expect(await snapshots.load('points-a', 'k')).toEqual({ kind: 'none' });
    await snapshots.save('points-a', 'k', UNSEALED);
    expect(await snapshots.load('points-a', 'k')).toMatchObject({
      kind: 'good',
      snapshot: UNSEALED,
    });
  });

  it('remove a forged snapshot, whose high revision would prevent later ones from being saved', async () => {
    const store = new MemorySnapshotStore();
    const snapshots = new SealedSnapshots(store, keys);
    await store.save('points-a', 'k', { ...sealed, revision: Number.MAX_SAFE_INTEGER });
    expect(await snapshots.load('points-a', 'k')).toEqual({ kind: 'rejected', because: 'forged' });
    await snapshots.save('points-a', 'k', UNSEALED);
    expect(await snapshots.load('points-a', 'k')).toMatchObject({ kind: 'good' });
  });
});

describe('SNAPSHOT_KEYS', () => {
  const base64 = (bytes: number) => Buffer.alloc(bytes, 3).toString('base64');

  it('may be none, one, or two during a rotation', () => {
    expect(parseSnapshotKeys(' ')).toEqual([]);
    expect(parseSnapshotKeys(`2026-11:${base64(32)}`)).toHaveLength(1);
    const two = parseSnapshotKeys(`b:${base64(48)}, a:${base64(32)}`);
    expect(two.map(({ id, secret: { length } }) => [id, length])).toEqual([
      ['b', 48],
      ['a', 32],
    ]);
  });

  it.each([
    ['a secret that is too short', `a:${base64(31)}`, '32 bytes or more'],
    ['a secret that is not base64', `a:${'€'.repeat(40)}`, '32 bytes or more'],
    ['no id', base64(32), 'must be id:secret'],
    ['an id with other characters', `a b:${base64(32)}`, 'must be id:secret'],
    ['one id for two keys', `a:${base64(32)},a:${base64(33)}`, 'an id of its own'],
    ['three keys', `a:${base64(32)},b:${base64(32)},c:${base64(32)}`, 'at most 2'],
    ['an empty entry', `a:${base64(32)},`, 'must be id:secret'],
  ])('are rejected with %s, by an error that does not repeat them', (_, text, fault) => {
    const read = () => parseSnapshotKeys(text);
    expect(read).toThrow(InvalidSnapshotKeysError);
    expect(read).toThrow(fault);
    expect(read).not.toThrow(base64(31));
  });
});
