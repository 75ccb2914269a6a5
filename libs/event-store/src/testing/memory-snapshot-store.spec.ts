import { snapshotStoreContract } from '../contract/snapshot-store.contract.js';
import { MemorySnapshotStore } from './memory-snapshot-store.js';

const store = new MemorySnapshotStore();
snapshotStoreContract('memory', async () => store);
