import type { Snapshot, SnapshotStore } from '../port.js';
import { newStream } from '../testing/stream-writer.js';

const snapshotAt = (revision: number): Snapshot => ({
  revision,
  hash: new Uint8Array(32).fill(revision % 256),
  state: JSON.stringify({ balance: revision, text: '积分' }),
  keyId: 'k1',
  mac: new Uint8Array(32).fill((revision + 1) % 256),
});

/** Bytes are compared as numbers, because one store returns a Buffer and another a Uint8Array. */
const plain = (snapshot: Snapshot | null) =>
  snapshot && { ...snapshot, hash: [...snapshot.hash], mac: [...snapshot.mac] };

export function snapshotStoreContract(name: string, open: () => Promise<SnapshotStore>): void {
  describe(`${name} as a snapshot store`, () => {
    it('returns none for an unknown stream', async () => {
      const store = await open();
      expect(await store.load(newStream(), 'v1')).toBeNull();
    });

    it('returns the saved snapshot', async () => {
      const store = await open();
      const stream = newStream();
      await store.save(stream, 'v1', snapshotAt(300));
      expect(plain(await store.load(stream, 'v1'))).toEqual(plain(snapshotAt(300)));
    });

    it('keeps the newest snapshot, in whatever order they are saved', async () => {
      const store = await open();
      const stream = newStream();
      for (const revision of [10, 30, 20]) await store.save(stream, 'v1', snapshotAt(revision));
      expect(await store.load(stream, 'v1')).toMatchObject({ revision: 30 });
    });

    it('separates snapshots of different keys and streams', async () => {
      const store = await open();
      const stream = newStream();
      await store.save(stream, 'v1', snapshotAt(10));
      expect(await store.load(stream, 'v2')).toBeNull();
      expect(await store.load(newStream(), 'v1')).toBeNull();
      await store.save(stream, 'v2', snapshotAt(20));
      expect(await store.load(stream, 'v1')).toMatchObject({ revision: 10 });
    });

    it('removes the snapshot with the given seal, and not one that replaced it', async () => {
      const store = await open();
      const stream = newStream();
      await store.save(stream, 'v1', snapshotAt(10));
      await store.save(stream, 'v1', snapshotAt(20));
      await store.remove(stream, 'v1', snapshotAt(10).mac);
      expect(await store.load(stream, 'v1')).toMatchObject({ revision: 20 });
      await store.remove(stream, 'v1', snapshotAt(20).mac);
      expect(await store.load(stream, 'v1')).toBeNull();
      await store.save(stream, 'v1', snapshotAt(10));
      expect(plain(await store.load(stream, 'v1'))).toEqual(plain(snapshotAt(10)));
    });
  });
}
