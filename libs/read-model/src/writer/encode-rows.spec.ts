import type { Position } from '#event-store';

import { AT, userNo } from '../testing/event-builders.js';
import type { NewTransactionRow } from '../fold/event-rows.js';
import { emptyFoldedRows, type FoldedRows } from '../fold/folded-rows.js';
import type { EventLocation } from '../fold/poison-event.js';
import type { AccountRow, BatchRow } from '../schema/tables.js';
import { encodeRows } from './encode-rows.js';

const row = (user: number, revision: number, amount: number): NewTransactionRow => ({
  user_id: userNo(user),
  type: 'recharge',
  amount,
  balance_before: 0,
  balance_after: 0,
  source_type: null,
  source_id: null,
  batch_id: 1,
  duration: null,
  description: null,
  created_at: AT,
  updated_at: AT,
  revision,
  line: 0,
  consumption_of: null,
  legacy_id: null,
});

const place = (user: number, revision: number): EventLocation => ({
  stream: `points-${userNo(user)}`,
  revision,
  position: `test:${user}${revision}` as Position,
});

const batch = (user: number, revision: number, remaining: number): BatchRow => ({
  user_id: userNo(user),
  batch_id: 7,
  points: 1,
  remaining,
  priority: 0,
  expires_at: null,
  grace: false,
  revision,
  line: 0,
  created_at: AT,
});

const PLACES = [place(1, 0), place(2, 4), place(1, 1), place(2, 5)];
const TOO_LARGE = 2 ** 31;

describe('encoding the rows of a write batch', () => {
  it('gives a query for each table with rows', async () => {
    const folded = { ...emptyFoldedRows(1), transactions: [row(1, 0, 5), row(2, 4, 5)] };
    expect(await encodeRows(1, folded, PLACES)).toMatchObject([{ rows: 2 }]);
  });

  it.each<[string, Partial<FoldedRows>, EventLocation]>([
    ['the row of its own', { transactions: [row(1, 0, 5), row(1, 1, TOO_LARGE)] }, place(1, 1)],
    [
      'the first of several rows in the order of the events',
      { transactions: [row(1, 1, TOO_LARGE), row(2, 4, TOO_LARGE)] },
      place(2, 4),
    ],
    [
      'a batch that began with it',
      { batches: { inserted: new Set([batch(2, 4, TOO_LARGE)]), updated: new Set() } },
      place(2, 4),
    ],
    [
      'a batch that began before',
      { batches: { inserted: new Set(), updated: new Set([batch(2, 0, TOO_LARGE)]) } },
      place(2, 5),
    ],
    [
      'a time that is none',
      {
        accounts: {
          inserted: new Set<AccountRow>([
            {
              user_id: userNo(1),
              balance: 0,
              held: 0,
              revision: 1,
              updated_at: 'never',
              owed: 0,
              take_over: null,
              legacy_through: null,
            },
          ]),
          updated: new Set(),
        },
      },
      place(1, 1),
    ],
  ])('names the event that fails because of %s', async (_, rows, event) => {
    const folded = { ...emptyFoldedRows(1), ...rows };
    await expect(encodeRows(1, folded, PLACES)).rejects.toMatchObject({
      name: 'PoisonEvent',
      reason: 'unwritable-value',
      ...event,
    });
  });

  it('passes on an error that belongs to no event', async () => {
    const folded = { ...emptyFoldedRows(1), transactions: [row(3, 0, TOO_LARGE)] };
    await expect(encodeRows(1, folded, PLACES)).rejects.toThrow(RangeError);
  });
});
