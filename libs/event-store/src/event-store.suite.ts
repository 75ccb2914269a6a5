import { readingAStream, appending } from './suite/appending.suite.js';
import { damagedStreams } from './suite/damaged-streams.suite.js';
import { followingEverything, readingEverything } from './suite/everything.suite.js';
import { manyWriters } from './suite/many-writers.suite.js';
import type { OpenStore, Promises } from './suite/fixtures.suite.js';

export type { OpenStore, Promises } from './suite/fixtures.suite.js';

/**
 * What every adapter keeps, unchanged. `open` gives one more store on the same storage each time,
 * as another process would have; the storage need not be empty.
 */
export function keepsThePromisesOfAnEventStore(
  name: string,
  open: OpenStore,
  promises: Promises = { seesReusedIds: true },
): void {
  describe(`${name} keeps the promises of an event store:`, () => {
    appending(open, promises);
    readingAStream(open);
    readingEverything(open);
    followingEverything(open);
    if (promises.damage !== undefined) damagedStreams(open, promises.damage);
    manyWriters(open);
  });
}
