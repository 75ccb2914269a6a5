import type { LedgerEvent } from '#ledger';

import { consumed, recharged, refunded, settled, userNo } from '../testing/event-builders.js';
import { inStoreOrder } from '../testing/vectors.js';
import type { ConsumptionRow } from '../schema/tables.js';
import { decodeBatch } from './decode-batch.js';
import { fold } from './fold.js';
import { emptyFoldedRows } from './folded-rows.js';
import { noLoadedRows } from './loaded-rows.js';

const USER = userNo(1);
const LATER = '2030-01-02T00:00:00.000Z';
const opened = consumed({ balanceAfter: 90, settleBy: LATER });

/** The consumption of revision 1 after a recharge of 100 points and these events. */
function after(...events: readonly LedgerEvent[]): ConsumptionRow & { readonly held: number } {
  const loaded = new Map([[USER, noLoadedRows()]]);
  const history = [recharged({ balanceAfter: 100 }), ...events];
  const batch = decodeBatch(null, { events: inStoreOrder([{ userId: USER, events: history }]) });
  fold(loaded, batch, emptyFoldedRows(1));
  const { account, consumptions } = loaded.get(USER)!;
  return { ...consumptions.get(1)!, held: account!.held };
}

const outcomeOf = (...events: readonly LedgerEvent[]) => {
  const { status, estimate, actual, drawn, refunded: back, held } = after(...events);
  return { status, estimate, actual, drawn, back, held };
};

describe('a consumption', () => {
  it('is closed at once when it is no pre-deduction', () => {
    expect(after(consumed({ balanceAfter: 90, duration: 2 }))).toMatchObject({
      status: 'closed',
      estimate: null,
      actual: 10,
      duration: 2,
      closed_at: opened.at,
      held: 0,
    });
  });

  it('holds its points while it is open', () => {
    expect(after(opened)).toMatchObject({
      status: 'open',
      estimate: 10,
      actual: null,
      settle_by: LATER,
      closed_at: null,
      held: 10,
    });
  });

  it.each<[string, LedgerEvent[], Partial<ReturnType<typeof outcomeOf>>]>([
    [
      'at its estimate',
      [opened, settled({ balanceAfter: 90, actual: 10 })],
      { status: 'settled', actual: 10, drawn: 10, back: 0, held: 0 },
    ],
    [
      'below its estimate',
      [
        opened,
        refunded({ balanceAfter: 94, points: 4, cause: 'overestimated' }),
        settled({ balanceAfter: 94, actual: 6 }),
      ],
      { status: 'settled', actual: 6, drawn: 10, back: 4, held: 0 },
    ],
    [
      'above its estimate',
      [
        opened,
        consumed({ balanceAfter: 85, points: 5, of: 1 }),
        settled({ balanceAfter: 85, actual: 15 }),
      ],
      { status: 'settled', actual: 15, drawn: 15, back: 0, held: 0 },
    ],
    [
      'after its time-out',
      [
        opened,
        refunded({ balanceAfter: 100, cause: 'timed_out' }),
        consumed({ balanceAfter: 93, points: 7, of: 1 }),
        settled({ balanceAfter: 93, actual: 7, durationOf: 3 }),
      ],
      { status: 'settled', actual: 7, drawn: 17, back: 10, held: 0 },
    ],
  ])('is settled %s', (_, events, expected) => {
    expect(outcomeOf(...events)).toMatchObject({ estimate: 10, ...expected });
  });

  it('costs nothing when it is cancelled', () => {
    expect(outcomeOf(opened, refunded({ balanceAfter: 100, cause: 'cancelled' }))).toEqual({
      status: 'cancelled',
      estimate: 10,
      actual: 0,
      drawn: 10,
      back: 10,
      held: 0,
    });
  });

  it('has no known cost when it timed out', () => {
    expect(outcomeOf(opened, refunded({ balanceAfter: 100, cause: 'timed_out' }))).toMatchObject({
      status: 'timed_out',
      actual: null,
      held: 0,
    });
  });

  it('stays closed when a part of it is refunded', () => {
    expect(
      outcomeOf(consumed({ balanceAfter: 90 }), refunded({ balanceAfter: 93, points: 3 })),
    ).toMatchObject({ status: 'closed', actual: 10, back: 3, held: 0 });
  });

  it('gets the duration of a late settlement on the row of the late charge', () => {
    const { first_row, duration_row } = after(
      opened,
      refunded({ balanceAfter: 100, cause: 'timed_out' }),
      consumed({ balanceAfter: 93, points: 7, of: 1 }),
    );
    expect([first_row, duration_row]).toEqual([2, 4]);
  });

  it.each<[string, LedgerEvent[], string]>([
    [
      'a charge to one that is closed',
      [consumed({ balanceAfter: 90 }), consumed({ balanceAfter: 85, points: 5, of: 1 })],
      'charges more to consumption 1, which is closed',
    ],
    [
      'a settlement of one that is closed',
      [consumed({ balanceAfter: 90 }), settled({ balanceAfter: 90 })],
      'settles consumption 1, which is closed',
    ],
    [
      'a cancellation of one that is settled',
      [opened, settled({ balanceAfter: 90 }), refunded({ balanceAfter: 100, cause: 'cancelled' })],
      'closes consumption 1, which is settled',
    ],
    [
      'a refund of more than was drawn',
      [opened, refunded({ balanceAfter: 101, points: 11, cause: 'overestimated' })],
      'gives back more than consumption 1 drew',
    ],
    [
      'a refund of one that never began',
      [opened, refunded({ balanceAfter: 100, of: 7 })],
      'there is no consumption 7',
    ],
  ])('rejects %s', (_, events, message) => {
    expect(() => after(...events)).toThrow(message);
  });
});
