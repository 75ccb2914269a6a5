import type { LedgerEvent } from '#ledger';

import { consumed, recharged, refunded, settled, userNo } from '../testing/event-builders.js';
import { extended, reversed } from '../testing/debt-event-builders.js';
import type { AccountRow, BatchRow, ConsumptionRow, RechargeRow } from '../schema/tables.js';
import {
  overflowInBatch,
  overflowInConsumption,
  overflowInRecharge,
  unwritableValueIn,
} from './column-limits.js';
import { rowsOf } from './rows-of-event.js';

const INT4_MAX = 2 ** 31 - 1;
const faultOf = (event: LedgerEvent): string | null =>
  unwritableValueIn(rowsOf(userNo(1), 3, event));

describe('the values of an event', () => {
  it.each<[string, LedgerEvent]>([
    ['the largest amount', recharged({ balanceAfter: INT4_MAX, points: INT4_MAX })],
    ['the largest priority', recharged({ balanceAfter: 100, priority: 32_767 })],
    ['the longest source id', recharged({ balanceAfter: 100, sourceId: '😀'.repeat(64) })],
    ['the longest consumption id', consumed({ balanceAfter: 90, consumptionId: 'x'.repeat(128) })],
    ['no source id and no expiry', recharged({ balanceAfter: 100 })],
    ['the largest cost', settled({ balanceAfter: 90, actual: INT4_MAX })],
    ['the largest debt', settled({ balanceAfter: 0, owed: 2e9, owedAfter: 2e9 })],
    ['the largest quantity', consumed({ balanceAfter: 90, quantity: 1e7 })],
    ['the longest recharge id', recharged({ balanceAfter: 100, rechargeId: 'x'.repeat(128) })],
    ['the last time', recharged({ balanceAfter: 100, expiresAt: '9999-12-31T23:59:59.999Z' })],
  ])('can be written with %s', (_, event) => {
    expect(faultOf(event)).toBeNull();
  });

  it.each<[string, LedgerEvent, string]>([
    [
      'a larger amount',
      recharged({ balanceAfter: INT4_MAX, points: INT4_MAX + 1 }),
      '2147483648 points are too many',
    ],
    ['a larger balance', recharged({ balanceAfter: INT4_MAX + 1 }), 'is too large'],
    [
      'a balance below zero before it',
      recharged({ balanceAfter: 5, points: 10 }),
      'a balance of -5 is below zero',
    ],
    [
      'a larger priority',
      recharged({ balanceAfter: 100, priority: 32_768 }),
      'a priority of 32768',
    ],
    [
      'a longer source id',
      recharged({ balanceAfter: 100, sourceId: '😀'.repeat(65) }),
      'its source id is no text',
    ],
    [
      'a zero character',
      recharged({ balanceAfter: 100, sourceId: 'a\0' }),
      'its source id is no text',
    ],
    [
      'a longer consumption id',
      consumed({ balanceAfter: 90, consumptionId: 'x'.repeat(129) }),
      'its consumption id is no text',
    ],
    [
      'half of a surrogate pair',
      consumed({ balanceAfter: 90, consumptionId: '\udc00' }),
      'its consumption id is no text',
    ],
    [
      'a day that no month has',
      recharged({ balanceAfter: 100, expiresAt: '2030-02-30T00:00:00.000Z' }),
      'there is no time 2030-02-30',
    ],
    [
      'a deadline that is no time',
      consumed({ balanceAfter: 90, settleBy: '2030-02-30T00:00:00.000Z' }),
      'there is no time 2030-02-30',
    ],
    ['a larger cost', settled({ balanceAfter: 90, actual: INT4_MAX + 1 }), 'a cost of 2147483648'],
    [
      'a larger sum of debts',
      settled({ balanceAfter: 0, owedAfter: 2 ** 31 }),
      'a debt of 2147483648',
    ],
    ['a larger debt', settled({ balanceAfter: 0, owed: 2 ** 31 }), 'a cost of 2147483648'],
    [
      'a larger estimate',
      extended({ balanceAfter: 0, estimated: 2 ** 31 }),
      'an estimate of 2147483648',
    ],
    [
      'a new deadline that is no time',
      extended({ balanceAfter: 0, settleBy: '2030-02-30T00:00:00.000Z' }),
      'there is no time 2030-02-30',
    ],
    [
      'a quantity that is no number',
      extended({ balanceAfter: 0, quantity: Infinity }),
      'its quantity is no number',
    ],
    [
      'a longer recharge id',
      recharged({ balanceAfter: 100, rechargeId: 'x'.repeat(129) }),
      'its recharge id is no text',
    ],
    [
      'a source id that no row of the statement has',
      reversed({ balanceAfter: 0, points: 0, sourceId: 'a\0' }),
      'its source id is no text',
    ],
    [
      'a duration that is no number',
      settled({ balanceAfter: 90, duration: Number.NaN }),
      'its duration is no number',
    ],
    [
      'a day that no month has, at which it happened',
      refunded({ balanceAfter: 90, at: '2030-02-30T00:00:00.000Z' }),
      'there is no time 2030-02-30',
    ],
  ])('cannot be written with %s', (_, event, fault) => {
    expect(faultOf(event)).toContain(fault);
  });
});

describe('the sums that an event brings about', () => {
  const batch = (change: Partial<BatchRow>) =>
    overflowInBatch({ batch_id: 7, points: 1, remaining: 1, ...change } as BatchRow);
  const consumption = (held: number, drawn: number) =>
    overflowInConsumption(
      { held } as AccountRow,
      {
        revision: 3,
        drawn,
      } as ConsumptionRow,
    );

  it('fit up to the limits of their columns', () => {
    expect(batch({ remaining: INT4_MAX, points: Number.MAX_SAFE_INTEGER })).toBeNull();
    expect(consumption(INT4_MAX, Number.MAX_SAFE_INTEGER)).toBeNull();
  });

  it('overflow one beyond them', () => {
    expect(batch({ remaining: INT4_MAX + 1 })).toBe('batch 7 would have 2147483648 points left');
    expect(batch({ points: 2 ** 53 })).toBe('the points of batch 7 are too many');
    expect(consumption(INT4_MAX + 1, 1)).toBe('2147483648 points held are too many');
    expect(consumption(1, 2 ** 53)).toBe('consumption 3 drew too many points');
  });

  it('overflow where a recharge is reversed beyond the safe integers', () => {
    const recharge = (change: Partial<RechargeRow>) =>
      overflowInRecharge({
        revision: 3,
        points: 1,
        reversed: 0,
        reinstated: 0,
        ...change,
      } as RechargeRow);
    const sums = { reversed: Number.MAX_SAFE_INTEGER, reinstated: Number.MAX_SAFE_INTEGER };
    expect(recharge({ ...sums, points: INT4_MAX })).toBeNull();
    expect(recharge({ points: 2 ** 31 })).toBe('recharge 3 of 2147483648 points is too large');
    expect(recharge({ ...sums, reversed: 2 ** 53 })).toBe('recharge 3 was reversed too often');
  });
});
