import fc from 'fast-check';

import {
  arbitraryLedgers,
  arbitraryLedgersOfBothRules,
  type AccountHistory,
} from '../testing/arbitrary-ledgers.js';
import { MemoryReadTables } from '../testing/memory-read-tables.js';
import {
  consumed,
  recharged,
  refunded,
  refused,
  settled,
  userNo,
} from '../testing/event-builders.js';
import { readStatement } from '../testing/open-tables.js';
import {
  referenceAccount,
  referenceBatches,
  referenceConsumptions,
  referenceRecharges,
  referenceStatement,
} from '../testing/reference-tables.js';
import {
  inBatches,
  inStoreOrder,
  positionOf,
  vectorFiles,
  vectorFilesOfRules2,
  withoutProvenance,
} from '../testing/vectors.js';
import { decodeBatch } from './decode-batch.js';
import { fold } from './fold.js';
import { emptyFoldedRows, type FoldedRows } from './folded-rows.js';
import { noLoadedRows, type LoadedRows } from './loaded-rows.js';

const USER = userNo(1);

/** Folds events that come in one batch into rows that are loaded. */
function foldAll(
  loaded: ReadonlyMap<string, LoadedRows>,
  events: Parameters<typeof decodeBatch>[1],
  after: Parameters<typeof decodeBatch>[0] = null,
  firstId = 1,
): FoldedRows {
  const folded = emptyFoldedRows(firstId);
  fold(loaded, decodeBatch(after, events), folded);
  return folded;
}

const loadedFor = (...userIds: readonly string[]): Map<string, LoadedRows> =>
  new Map(userIds.map((userId) => [userId, noLoadedRows()]));

async function tablesOf(
  histories: readonly AccountHistory[],
  batchSize: number,
): Promise<MemoryReadTables> {
  const tables = new MemoryReadTables();
  const written = histories.filter(({ events }) => events.length > 0);
  if (written.length === 0) return tables;
  let after = null;
  for (const batch of inBatches(inStoreOrder(written), batchSize)) {
    expect(await tables.write(after, batch)).toMatchObject({ kind: 'applied' });
    after = batch.next;
  }
  return tables;
}

describe('the fold of the vectors', () => {
  it.each([...vectorFiles(), ...vectorFilesOfRules2()])(
    'gives the accounts and statements in $file',
    async ({ users }) => {
      const tables = await tablesOf(users, 7);
      for (const { userId, balance, held, rows } of users) {
        if (rows.length > 0) {
          expect(await tables.account(userId)).toMatchObject({ balance, held });
        }
        const statement = await readStatement(tables, userId);
        expect(statement.map(withoutProvenance)).toEqual(rows);
      }
    },
  );
});

describe.each([
  ['rules 1 decide', arbitraryLedgers],
  ['both rules decide', arbitraryLedgersOfBothRules],
])('the fold of any events that %s', (_, ledgers) => {
  const sizes = fc.integer({ min: 1, max: 20 });

  it('gives the account that the reference gives', async () => {
    await fc.assert(
      fc.asyncProperty(ledgers, sizes, async (histories, size) => {
        const tables = await tablesOf(histories, size);
        for (const { userId, events } of histories) {
          const expected = referenceAccount(events);
          const account = await tables.account(userId);
          if (expected === null) expect(account).toBeNull();
          else expect(account).toMatchObject(expected);
        }
      }),
    );
  });

  it('gives the rows of the statement that the reference gives, with their durations', async () => {
    await fc.assert(
      fc.asyncProperty(ledgers, sizes, async (histories, size) => {
        const tables = await tablesOf(histories, size);
        for (const history of histories) {
          const rows = await readStatement(tables, history.userId);
          const expected = referenceStatement(history);
          expect(rows).toHaveLength(expected.length);
          for (const [index, row] of rows.entries()) {
            const { consumption_of: of, legacy_id, ...published } = expected[index]!;
            expect(row).toMatchObject(published);
            const name = { revision: row.revision, line: row.line };
            const details = await tables.transactionDetails(history.userId, name);
            expect(details?.row).toMatchObject({ consumption_of: of, legacy_id });
          }
        }
      }),
    );
  });

  it('gives the batches with points left that the reference gives', async () => {
    await fc.assert(
      fc.asyncProperty(ledgers, sizes, async (histories, size) => {
        const tables = await tablesOf(histories, size);
        for (const { userId, events } of histories) {
          const expected = [...referenceBatches(events)].filter(([, batch]) => batch.remaining > 0);
          const batches = await tables.batches(userId, 1_000);
          const found = batches.map(
            ({ batch_id, points, remaining }) => [batch_id, { points, remaining }] as const,
          );
          expect(new Map(found)).toEqual(new Map(expected));
        }
      }),
    );
  });

  it('gives the state of every consumption that the reference gives', async () => {
    await fc.assert(
      fc.asyncProperty(ledgers, sizes, async (histories, size) => {
        const tables = await tablesOf(histories, size);
        for (const { userId, events } of histories) {
          for (const [revision, { net, ...expected }] of referenceConsumptions(events)) {
            const name = { revision, line: 0 };
            const { consumption } = (await tables.transactionDetails(userId, name))!;
            expect(consumption).toMatchObject({ revision, ...expected });
            expect(consumption!.drawn - consumption!.refunded).toBe(net);
          }
        }
      }),
    );
  });

  it('gives the recharges that the reference gives', async () => {
    await fc.assert(
      fc.asyncProperty(ledgers, sizes, async (histories, size) => {
        const tables = await tablesOf(histories, size);
        for (const history of histories) {
          for (const expected of referenceRecharges(history)) {
            const { revision } = expected;
            expect(await tables.recharge(history.userId, { revision })).toEqual(expected);
          }
        }
      }),
    );
  });

  it('gives the same tables however the events are split into batches', async () => {
    await fc.assert(
      fc.asyncProperty(ledgers, sizes, sizes, async (histories, one, other) => {
        const [a, b] = [await tablesOf(histories, one), await tablesOf(histories, other)];
        for (const { userId } of histories) {
          expect(await readStatement(a, userId)).toEqual(await readStatement(b, userId));
          expect(await a.account(userId)).toEqual(await b.account(userId));
          expect(await a.batches(userId, 1_000)).toEqual(await b.batches(userId, 1_000));
        }
      }),
    );
  });

  it('never leaves a batch below zero, nor a balance other than the sum of its batches', async () => {
    await fc.assert(
      fc.asyncProperty(ledgers, async (histories) => {
        const tables = await tablesOf(histories, 7);
        for (const { userId } of histories) {
          const batches = await tables.batches(userId, 1_000);
          const sum = batches.reduce((points, { remaining }) => points + remaining, 0);
          expect(sum).toBe((await tables.account(userId))?.balance ?? 0);
          expect(batches.every(({ remaining }) => remaining > 0)).toBe(true);
        }
      }),
    );
  });
});

describe('the fold', () => {
  const events = inStoreOrder([
    {
      userId: USER,
      events: [
        recharged({ balanceAfter: 100 }),
        consumed({ balanceAfter: 90, settleBy: '2030-01-02T00:00:00.000Z' }),
        refused({ balanceAfter: 90 }),
        settled({ balanceAfter: 90, actual: 10, duration: 3, durationOf: 1 }),
      ],
    },
  ]);

  it('inserts rows that begin in the batch, and updates none of them', () => {
    const folded = foldAll(loadedFor(USER), { events });
    for (const writes of [folded.accounts, folded.batches, folded.consumptions]) {
      expect([writes.inserted.size, writes.updated.size]).toEqual([1, 0]);
    }
    expect(folded.transactions.map((row) => row?.revision)).toEqual([0, 1]);
  });

  it('updates rows that were loaded, each once', () => {
    const loaded = loadedFor(USER);
    foldAll(loaded, { events: events.slice(0, 2) });
    const later = foldAll(loaded, { events: events.slice(2) }, positionOf(2), 3);
    expect([later.accounts.inserted.size, later.accounts.updated.size]).toEqual([0, 1]);
    expect([later.consumptions.inserted.size, later.consumptions.updated.size]).toEqual([0, 1]);
    expect(later.batches.updated.size).toBe(0);
  });

  it('sets a duration in a row of the same batch, and lists it for a row of an earlier one', () => {
    const together = foldAll(loadedFor(USER), { events });
    expect(together.transactions[1]).toMatchObject({ revision: 1, duration: 3 });
    expect(together.durations).toEqual([]);
    const loaded = loadedFor(USER);
    foldAll(loaded, { events: events.slice(0, 2) });
    const later = foldAll(loaded, { events: events.slice(2) }, positionOf(2), 3);
    expect(later.durations).toMatchObject([{ id: 2, revision: 1, duration: 3 }]);
  });

  it('skips the events of a parked account, and counts them', () => {
    const loaded = loadedFor(USER);
    loaded.get(USER)!.isParked = true;
    const folded = foldAll(loaded, { events });
    expect([folded.skippedEvents, folded.transactions.length]).toEqual([4, 0]);
    expect(loaded.get(USER)!.account).toBeNull();
  });

  it('changes the balance by no more than the rows do', () => {
    const wrong = inStoreOrder([
      { userId: USER, events: [recharged({ balanceAfter: 100 }), refused({ balanceAfter: 99 })] },
    ]);
    expect(() => foldAll(loadedFor(USER), { events: wrong })).toThrow(
      'says the balance is 99, the tables say 100',
    );
  });

  it('names the event of an unforeseen error', () => {
    expect(() => foldAll(new Map(), { events })).toThrow(
      expect.objectContaining({ name: 'PoisonEvent', reason: 'failed-fold', revision: 0 }) as Error,
    );
  });

  it('opens a grace batch with the first points that return into it, and adds the next ones', () => {
    const returns = (points: number) => [
      { from: 1, into: 9, points, expiresAt: '2030-01-08T00:00:00.000Z' },
    ];
    const loaded = loadedFor(USER);
    const history = inStoreOrder([
      {
        userId: USER,
        events: [
          recharged({ balanceAfter: 100 }),
          consumed({ balanceAfter: 60, points: 40 }),
          refunded({ balanceAfter: 65, points: 5, returns: returns(5) }),
          refunded({ balanceAfter: 72, points: 7, returns: returns(7) }),
        ],
      },
    ]);
    foldAll(loaded, { events: history });
    expect(loaded.get(USER)!.batches.get(9)).toMatchObject({
      points: 12,
      remaining: 12,
      grace: true,
      revision: 2,
    });
  });
});
