import type { LedgerEvent } from '#ledger';

import { decodeBatch } from '../fold/decode-batch.js';
import { noLoadedRows } from '../fold/loaded-rows.js';
import { consumed, recharged, refunded, userNo } from '../testing/event-builders.js';
import { reversed, reinstated } from '../testing/debt-event-builders.js';
import { inStoreOrder, positionOf } from '../testing/vectors.js';
import { RowCache } from './row-cache.js';
import { RowsToLoad } from './rows-to-load.js';

const [ONE, OTHER] = [userNo(1), userNo(2)];

const decoded = (userId: string, ...events: readonly LedgerEvent[]) =>
  decodeBatch(null, { events: inStoreOrder([{ userId, events }]) });

const missingIn = ({ accounts, batches, consumptions }: RowsToLoad) => ({
  accounts,
  batches: batches.map(({ number }) => number),
  consumptions: consumptions.map(({ number }) => number),
});

describe('the rows to load for a batch', () => {
  it('are the account, and what its events change but do not insert', () => {
    const rows = new RowsToLoad(new RowCache());
    rows.add(
      decoded(
        ONE,
        recharged({ balanceAfter: 100, batchId: 1 }),
        consumed({ balanceAfter: 90, draws: [{ batchId: 1, points: 10 }] }),
        consumed({ balanceAfter: 80, draws: [{ batchId: 7, points: 10 }], of: 40 }),
        refunded({ balanceAfter: 90, of: 1 }),
      ),
    );
    expect(missingIn(rows)).toEqual({ accounts: [ONE], batches: [7], consumptions: [40] });
    expect(rows.isComplete).toBe(false);
  });

  it('include a row once, however many events change it', () => {
    const rows = new RowsToLoad(new RowCache());
    rows.add(
      decoded(ONE, consumed({ balanceAfter: 90, of: 9 }), consumed({ balanceAfter: 80, of: 9 })),
    );
    expect(missingIn(rows)).toEqual({ accounts: [ONE], batches: [1], consumptions: [9] });
  });

  it('include a batch that an event uses before another one inserts it', () => {
    const rows = new RowsToLoad(new RowCache());
    rows.add(decoded(ONE, consumed({ balanceAfter: 90 }), recharged({ balanceAfter: 190 })));
    expect(missingIn(rows)).toMatchObject({ batches: [1] });
  });

  it('include a grace batch, which may be there already', () => {
    const rows = new RowsToLoad(new RowCache());
    const returns = [{ from: 1, into: 8, points: 10, expiresAt: '2030-01-08T00:00:00.000Z' }];
    rows.add(decoded(ONE, refunded({ balanceAfter: 10, of: 3, returns })));
    expect(missingIn(rows)).toMatchObject({ batches: [8], consumptions: [3] });
  });

  it('include a recharge that is undone, and the batch that describes one without a row', () => {
    const rows = new RowsToLoad(new RowCache());
    rows.add(
      decoded(
        ONE,
        reversed({ balanceAfter: 0, of: 5, batchId: 4, points: 0, uncollected: 1 }),
        reinstated({ balanceAfter: 0, of: 5, points: 0, waived: 1, returns: [] }),
      ),
    );
    expect(missingIn(rows)).toMatchObject({ batches: [4] });
    expect(rows.recharges).toEqual([{ userId: ONE, number: 5 }]);
    rows.markLoaded();
    expect(rows.isComplete).toBe(true);
  });

  it('do not include what is cached', () => {
    const cache = new RowCache();
    const cached = noLoadedRows();
    cached.batches.set(1, { batch_id: 1, remaining: 5 } as never);
    cache.put(new Map([[ONE, cached]]));
    const rows = new RowsToLoad(cache);
    rows.add(decoded(ONE, consumed({ balanceAfter: 90 })));
    expect(rows.isComplete).toBe(true);
    expect(rows.users.get(ONE)).toBe(cached);
  });

  it('include the accounts of parkings and of events that are delivered again', () => {
    const rows = new RowsToLoad(new RowCache());
    const again = decodeBatch(positionOf(5), {
      events: inStoreOrder([{ userId: OTHER, events: [recharged({ balanceAfter: 100 })] }]),
      damaged: [
        {
          stream: `points-${ONE}`,
          revision: 3,
          position: positionOf(6),
          code: 'stream-deleted',
          detail: '',
        },
      ],
    });
    rows.add(again);
    expect([...rows.accounts].sort()).toEqual([ONE, OTHER]);
  });

  it('are complete once they are loaded, until another batch needs more', () => {
    const rows = new RowsToLoad(new RowCache());
    rows.add(decoded(ONE, recharged({ balanceAfter: 100 })));
    rows.markLoaded();
    expect(rows.isComplete).toBe(true);
    rows.add(decoded(OTHER, recharged({ balanceAfter: 100 })));
    expect(missingIn(rows)).toMatchObject({ accounts: [OTHER] });
  });
});
