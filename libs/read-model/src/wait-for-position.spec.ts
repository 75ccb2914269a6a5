import type { Position } from '#event-store';

import { allTransactions } from './all-transactions.js';
import { consumed, recharged, userNo } from './testing/event-builders.js';
import { MemoryReadTables } from './testing/memory-read-tables.js';
import { inBatches, inStoreOrder, positionOf } from './testing/vectors.js';
import { waitForPosition } from './wait-for-position.js';

const at = (...positions: (Position | null)[]) => ({
  position: () => Promise.resolve(positions.length > 1 ? positions.shift()! : positions[0]!),
});

describe('waiting for a position', () => {
  it('ends at once when the tables are there or further', async () => {
    expect(await waitForPosition(at(positionOf(5)), positionOf(5), 0)).toBe(true);
    expect(await waitForPosition(at(positionOf(6)), positionOf(5), 0)).toBe(true);
  });

  it('goes on while the tables are empty or behind', async () => {
    const tables = at(null, positionOf(4), positionOf(5));
    expect(await waitForPosition(tables, positionOf(5), 60_000)).toBe(true);
  });

  it('ends without success when its time is over', async () => {
    expect(await waitForPosition(at(positionOf(4)), positionOf(5), 0)).toBe(false);
  });

  it('passes on the error of the database', async () => {
    const tables = { position: () => Promise.reject(new Error('no server')) };
    await expect(waitForPosition(tables, positionOf(5), 60_000)).rejects.toThrow('no server');
  });
});

describe('all transactions', () => {
  it('come in pages, newest first, with every row of the filter once', async () => {
    const tables = new MemoryReadTables();
    const user = userNo(1);
    const events = [
      recharged({ balanceAfter: 5_000, points: 5_000 }),
      ...Array.from({ length: 2_050 }, (_, n) =>
        consumed({ balanceAfter: 4_999 - n, points: 1, consumptionId: `c${n}` }),
      ),
    ];
    const history = inStoreOrder([{ userId: user, events }]);
    await tables.write(null, inBatches(history, history.length)[0]!);
    const pages = [];
    for await (const page of allTransactions(tables, user, { type: 'consume' })) pages.push(page);
    expect(pages.map(({ length }) => length)).toEqual([1_000, 1_000, 50]);
    const revisions = pages.flat().map(({ revision }) => revision);
    expect(revisions).toEqual(Array.from({ length: 2_050 }, (_, n) => 2_050 - n));
  });

  it('are no page at all when there are none', async () => {
    const pages = [];
    for await (const page of allTransactions(new MemoryReadTables(), userNo(1), {}))
      pages.push(page);
    expect(pages).toEqual([]);
  });
});
