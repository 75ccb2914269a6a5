import { emptyAccount } from '../account/state.js';
import {
  buildCommand,
  consume,
  recharge,
  refund,
  type CommandInput,
} from '../testing/command-builders.js';
import { TERMS_OF_RULES_1 } from '../account/rules-1.js';
import { decide } from '../account/decide.js';
import type { LedgerEvent } from '../account/events.js';
import { evolve, replay } from '../account/evolve.js';
import { DEFAULT_POLICY, REMEMBER_EVERYTHING, type Policy } from '../settings/policy.js';
import { snapshotDifference } from './snapshot-difference.js';
import { toSnapshot, fromSnapshot } from './snapshot.js';

const POLICY: Policy = { ...DEFAULT_POLICY, rememberMin: 3, rememberMax: 4, consumptionsMax: 3 };

/** Two recharges, six consumptions of which one is refunded into a grace batch, and one that is open. */
const HISTORY: readonly LedgerEvent[] = historyOf([
  recharge(100, { expiresAt: '2030-01-03' }),
  recharge(50),
  ...[1, 2, 3, 4, 5, 6].map((nth) => consume(nth, { consumptionId: `c${nth}` })),
  refund(2, { consumptionId: 'c6', at: '2030-01-02' }),
  consume(5, { consumptionId: 'open', settleWithin: 3600, at: '2030-01-02' }),
]);

function historyOf(asks: readonly CommandInput[]): readonly LedgerEvent[] {
  const account = emptyAccount(POLICY);
  return asks.flatMap((ask, nth) => {
    const decision = decide(
      buildCommand(ask, `id-${nth}`, `2030-01-01T00:0${nth}:00.000Z`),
      account,
      TERMS_OF_RULES_1,
    );
    if (decision.kind !== 'record') throw new Error(`command ${nth} records nothing`);
    for (const event of decision.events) evolve(account, event);
    return decision.events;
  });
}

type Snapshot = Record<string, unknown> & {
  batches: [Record<string, unknown>, number][];
  consumptions: Record<string, unknown>[];
  answered: unknown[][];
};

const snapshot = toSnapshot(replay(HISTORY, POLICY));
const tampered = (tamper: (state: Snapshot) => void): string => {
  const state = JSON.parse(snapshot) as Snapshot;
  tamper(state);
  return JSON.stringify(state);
};

describe('A snapshot compared with its events', () => {
  it('equals what they replay to when it was not tampered with', () => {
    expect(HISTORY.length).toBeGreaterThan(8);
    for (const policy of [POLICY, REMEMBER_EVERYTHING]) {
      expect(
        snapshotDifference(fromSnapshot(snapshot, POLICY), replay(HISTORY, policy)),
      ).toBeNull();
    }
  });

  it.each<[string, RegExp, (state: Snapshot) => void]>([
    ['points in a batch', /balance/, ({ batches }) => (batches[0]![1] = 1_000_000)],
    [
      'points moved from one batch to another',
      /points left in batch/,
      ({ batches }) => {
        batches[0]![1] -= 1;
        batches[1]![1] += 1;
      },
    ],
    [
      'the expiry of a batch',
      /batch \d+ is/,
      ({ batches }) => (batches[0]![0]['expiresAt'] = null),
    ],
    ['the rank of a batch', /batch \d+ is/, ({ batches }) => (batches[0]![0]['priority'] = 1)],
    [
      'what a consumption drew',
      /consumption c6 is|consumption open is|held/,
      ({ consumptions }) => {
        for (const one of consumptions) one['draws'] = [{ batchId: 1, points: 1_000 }];
      },
    ],
    [
      'a consumption that is open again',
      /held/,
      ({ consumptions }) => (consumptions[0]!['closing'] = 0),
    ],
    ['a consumption left out', /missing|open pre-deductions/, (s) => s.consumptions.shift()],
    [
      'a consumption that never was',
      /consumption made-up is/,
      ({ consumptions }) => consumptions.push({ ...consumptions[0], consumptionId: 'made-up' }),
    ],
    [
      'an answered command left out',
      /forgottenUntil|evicted|answered/,
      ({ answered }) => answered.shift(),
    ],
    ['the newest answered command left out', /answered/, ({ answered }) => answered.pop()],
    ['an answered command under another id', /answered/, (s) => (s.answered[0]![0] = 'other')],
    ['an answered command at another place', /its revision/, (s) => (s.answered[0]![1] = 0)],
    ['the time until which it forgot', /forgottenUntil/, (state) => (state['forgottenUntil'] = '')],
    ['its revision', /revision/, (state) => (state['revision'] = 1)],
    ['its time', /at is/, (state) => (state['at'] = '2031-01-01T00:00:00.000Z')],
    ['how many batches it saw', /batchesSeen/, (state) => (state['batchesSeen'] = 77)],
    ['how much was closed', /closings/, (state) => (state['closings'] = 77)],
  ])('is reported to differ after a change of %s', (_, difference, tamper) => {
    const kept = fromSnapshot(tampered(tamper), POLICY);
    for (const policy of [POLICY, REMEMBER_EVERYTHING]) {
      expect(snapshotDifference(kept, replay(HISTORY, policy))).toMatch(difference);
    }
  });

  it('may lack more when its policy is not known, and nothing else', () => {
    const whole = replay(HISTORY, REMEMBER_EVERYTHING);
    const generous = { ...POLICY, rememberMin: 100, rememberMax: 100, consumptionsMax: 100 };
    const kept = fromSnapshot(snapshot, generous);
    expect(snapshotDifference(kept, whole)).toMatch(/evicted|missing/);
    expect(snapshotDifference(kept, whole, { isLenient: true })).toBeNull();
    const minted = fromSnapshot(
      tampered(({ batches }) => (batches[0]![1] += 5)),
      generous,
    );
    expect(snapshotDifference(minted, whole, { isLenient: true })).toMatch('balance');
  });
});
