import fc from 'fast-check';
import { rulesOf, type LedgerEvent } from '../account/events.js';
import { commandHistories, historiesOfDebtors } from './arbitrary-histories.js';
import { closingsOf } from './reference-windows.js';
import { runHistory } from './run-history.js';

describe('the arbitrary histories', () => {
  it('have everything in them', () => {
    const seen = new Set<string>();
    let closings = 0;
    for (const input of fc.sample(commandHistories(), { numRuns: 400, seed: 1 })) {
      const { history, steps } = runHistory(input);
      steps.forEach(({ decision }) => seen.add(decision.kind));
      history.forEach((event) => kindsOf(event).forEach((kind) => seen.add(kind)));
      closings += closingsOf(history).length;
    }
    expect([...seen].sort()).toEqual(EVERYTHING);
    expect(closings).toBeGreaterThan(500);
  });
});

describe('the arbitrary histories of debtors', () => {
  it('owe in many of them, and some of them as much as they may', () => {
    let owing = 0;
    let limited = 0;
    for (const input of fc.sample(historiesOfDebtors(), { numRuns: 100, seed: 1 })) {
      const owed: number[] = [];
      runHistory(input, { after: (account) => void owed.push(account.owed) });
      if (owed.some((points) => points > 0)) owing += 1;
      if (owed.includes(input.policy.owedMax)) limited += 1;
    }
    expect(owing).toBeGreaterThan(40);
    expect(limited).toBeGreaterThan(10);
  });
});

const EVERYTHING = [
  'AlreadyExpired',
  'BalanceLimit',
  'CommandRefused',
  'ConsumptionClosed',
  'ConsumptionExtended',
  'ConsumptionIdReused',
  'ConsumptionOpen',
  'ConsumptionSettled',
  'ConsumptionTimedOut',
  'DebtCollected',
  'DebtForgiven',
  'DurationNotAllowed',
  'HoldTooLong',
  'InsufficientPoints',
  'NoPrice',
  'NothingToCharge',
  'NothingToRefund',
  'NothingToReinstate',
  'NothingToReverse',
  'PointsConsumed',
  'PointsExpired',
  'PointsRecharged',
  'PointsRefunded',
  'PriceTooHigh',
  'QuantityMissing',
  'QuantityNotAllowed',
  'RechargeIdReused',
  'RechargeReinstated',
  'RechargeReversed',
  'RefundExceedsConsumption',
  'ReinstatementExceedsReversal',
  'ReversalExceedsRecharge',
  'TooManyBatches',
  'TooManyOpen',
  'TooManySlices',
  'UnknownBusiness',
  'UnknownConsumption',
  'UnknownRecharge',
  'by rules 1',
  'by rules 2',
  'cancelled',
  'charged when it timed out',
  'into a grace batch',
  'nothing',
  'overestimated',
  'owed for a consumption',
  'owed for a recharge',
  'priced',
  'record',
  'refunded',
  'repeat',
  'timed_out',
  'tooLate',
  'uncollected',
];

function kindsOf(event: LedgerEvent): string[] {
  return [event.type, `by rules ${rulesOf(event)}`, ...specialsOf(event)];
}

function specialsOf(event: LedgerEvent): string[] {
  switch (event.type) {
    case 'CommandRefused':
      return [event.code];
    case 'PointsConsumed':
      return event.priced ? ['priced'] : [];
    case 'ConsumptionSettled':
      return [
        ...(event.cause === 'timed_out' ? ['charged when it timed out'] : []),
        ...(event.owed > 0 ? ['owed for a consumption'] : []),
        ...(event.uncollected > 0 ? ['uncollected'] : []),
      ];
    case 'RechargeReversed':
      return event.owed > 0 ? ['owed for a recharge'] : [];
    case 'PointsRefunded': {
      const isGrace = event.returns.some(({ from, into }) => from !== into);
      return [event.cause, ...(isGrace ? ['into a grace batch'] : [])];
    }
    default:
      return [];
  }
}
