import { keepsSnapshots } from '../snapshot-store.suite.js';
import { MemorySnapshotStore } from './memory-snapshot-store.js';

const store = new MemorySnapshotStore();
keepsSnapshots('memory', async () => store);
