import { readingStreamsContract, appendingContract } from './appending.contract.js';
import { damagedStreamsContract } from './damaged-streams.contract.js';
import { followingContract, readingAllContract } from './reading-all.contract.js';
import { storeClockContract } from './store-clock.contract.js';
import { concurrentWritersContract } from './concurrent-writers.contract.js';
import type { OpenStore, StoreCapabilities } from '../testing/stream-writer.js';

export type { OpenStore, StoreCapabilities } from '../testing/stream-writer.js';

/**
 * The contract that every adapter fulfils. Each call of `open` returns another store on the same
 * storage, as another process would have. The storage need not be empty.
 */
export function eventStoreContract(
  name: string,
  open: OpenStore,
  promises: StoreCapabilities = { detectsReusedIds: true },
): void {
  describe(`${name} as an event store`, () => {
    appendingContract(open, promises);
    readingStreamsContract(open);
    readingAllContract(open);
    followingContract(open);
    if (promises.damage !== undefined) damagedStreamsContract(open, promises.damage);
    concurrentWritersContract(open);
    storeClockContract(open);
  });
}
