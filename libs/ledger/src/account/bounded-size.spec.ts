import { emptyAccount, type Account } from './state.js';
import { TERMS_OF_RULES_1 } from './rules-1.js';
import {
  buildCommand,
  consume,
  expire,
  recharge,
  refund,
  settle,
  type CommandInput,
} from '../testing/command-builders.js';
import { decide } from './decide.js';
import type { LedgerEvent } from './events.js';
import { adoptPolicy, evolve, replay } from './evolve.js';
import { DEFAULT_POLICY, REMEMBER_EVERYTHING, type Policy } from '../settings/policy.js';
import { toSnapshot, fromSnapshot } from '../storage/snapshot.js';
import { isoTime } from '../support/time.js';

// Histories of one account that are long enough for eviction.

const START = Date.UTC(2030, 0, 1);
const SECOND = 1000;
const DAY = 86_400 * SECOND;

const FORGETFUL: Policy = {
  ...DEFAULT_POLICY,
  consumptionsMax: 10,
  rememberMin: 5,
  rememberDays: 1,
  rememberMax: 20,
};

class LongHistory {
  readonly account: Account;
  readonly history: LedgerEvent[] = [];
  now = START;
  #sent = 0;

  constructor(readonly policy: Policy) {
    this.account = emptyAccount(policy);
  }

  run(ask: CommandInput): readonly LedgerEvent[] {
    const decision = decide(
      buildCommand(ask, `c${this.#sent++}`, isoTime(this.now)),
      this.account,
      TERMS_OF_RULES_1,
    );
    const events = decision.kind === 'record' ? decision.events : [];
    for (const event of events) evolve(this.account, event);
    this.history.push(...events);
    return events;
  }

  /** A batch comes in and is spent at once, by a consumption of that id. */
  spend(consumptionId: string, settleWithin: number | null = null): void {
    this.now += SECOND;
    const expiresAt = isoTime(this.now + 30 * DAY);
    this.run(recharge(10, { expiresAt, priority: 1 }));
    this.run(consume(10, { consumptionId, settleWithin }));
  }
}

const sizeOf = (account: Account): Record<string, number> => ({
  batches: account.batches.size,
  answered: account.answered.size,
  answeredQueue: account.answeredQueue.length,
  consumptions: account.consumptions.size,
  closedQueue: account.closedQueue.length,
  graceBatches: account.graceBatches.size,
});

describe('an account with a long history', () => {
  it('is as large after 6,000 events as after 1,000', () => {
    const longHistory = new LongHistory(FORGETFUL);
    for (let nth = 0; nth < 3_000; nth++) {
      longHistory.spend(`work-${nth}`);
      if (nth % 500 !== 499) continue;
      const size = sizeOf(longHistory.account);
      expect(size).toMatchObject({ answered: 20, consumptions: 10 });
      expect(size['batches']).toBeLessThanOrEqual(256);
      expect(size['answeredQueue']).toBeLessThanOrEqual(20 + 600);
      expect(size['closedQueue']).toBeLessThanOrEqual(10 + 600);
      expect(toSnapshot(longHistory.account).length).toBeLessThan(60_000);
    }
  });

  it('evicts a grace batch after it expired', () => {
    const longHistory = new LongHistory({ ...FORGETFUL, refundGraceDays: 1 });
    for (let nth = 0; nth < 1_000; nth++) {
      const consumptionId = `work-${nth}`;
      longHistory.run(recharge(1, { expiresAt: isoTime(longHistory.now + 1) }));
      longHistory.run(consume(1, { consumptionId }));
      longHistory.now += DAY;
      longHistory.run(refund(null, { consumptionId }));
      longHistory.run(consume(1, { consumptionId: `more-${nth}` }));
    }
    expect(sizeOf(longHistory.account)['graceBatches']).toBeLessThanOrEqual(256);
    expect(sizeOf(longHistory.account)['batches']).toBeLessThanOrEqual(256);
  });

  it('keeps every batch that has points left', () => {
    const longHistory = new LongHistory(FORGETFUL);
    for (let nth = 0; nth < 600; nth++) {
      longHistory.now += SECOND;
      longHistory.run(recharge(2, { expiresAt: isoTime(longHistory.now + DAY) }));
    }
    expect(sizeOf(longHistory.account)['batches']).toBe(600);
    longHistory.now += 2 * DAY;
    expect(longHistory.run(expire()).length).toBe(600);
  });

  it('keeps a spent batch as long as a retained consumption drew on it', () => {
    const longHistory = new LongHistory({ ...DEFAULT_POLICY, consumptionsMax: 2_000 });
    longHistory.spend('first');
    for (let nth = 0; nth < 1_500; nth++) longHistory.spend(`work-${nth}`);
    const [refunded] = longHistory.run(refund(null, { consumptionId: 'first' }));
    const [first] = longHistory.history;
    expect(first).toMatchObject({ type: 'PointsRecharged' });
    const batchId = first && 'batchId' in first ? first.batchId : 0;
    expect(refunded).toMatchObject({ returns: [{ from: batchId, into: batchId }] });
  });

  it('keeps a spent batch as long as an open pre-deduction drew on it', () => {
    const longHistory = new LongHistory(FORGETFUL);
    longHistory.spend('open', 604_800);
    for (let nth = 0; nth < 1_500; nth++) longHistory.spend(`work-${nth}`);
    const events = longHistory.run(settle(4, { consumptionId: 'open' }));
    expect(events.map(({ type }) => type)).toEqual(['PointsRefunded', 'ConsumptionSettled']);
  });

  it('keeps a grace batch until it expires, spent or not', () => {
    const longHistory = new LongHistory({ ...FORGETFUL, consumptionsMax: 5 });
    const refundToGraceBatch = (id: string): number => {
      longHistory.run(recharge(5, { expiresAt: isoTime(longHistory.now + SECOND), priority: 0 }));
      longHistory.run(consume(5, { consumptionId: id }));
      longHistory.now += SECOND;
      const [refunded] = longHistory.run(refund(null, { consumptionId: id }));
      if (refunded?.type !== 'PointsRefunded') throw new Error('nothing came back');
      return refunded.returns[0]!.into;
    };
    const grace = refundToGraceBatch('first');
    longHistory.run(consume(5, { consumptionId: 'all of it' }));
    for (let nth = 0; nth < 1_500; nth++) longHistory.spend(`work-${nth}`);
    expect(longHistory.account.batches.size).toBeLessThanOrEqual(256);
    expect(refundToGraceBatch('second')).toBe(grace);
  });

  it('evicts at once what an adopted policy does not retain', () => {
    const longHistory = new LongHistory(DEFAULT_POLICY);
    for (let nth = 0; nth < 100; nth++) longHistory.spend(`work-${nth}`);
    adoptPolicy(longHistory.account, FORGETFUL);
    expect(sizeOf(longHistory.account)).toMatchObject({ answered: 20, consumptions: 10 });
  });

  it('evicts in the order of closing after it was restored from a snapshot', () => {
    const longHistory = new LongHistory({ ...DEFAULT_POLICY, consumptionsMax: 2 });
    longHistory.spend('began first', 60);
    longHistory.spend('closed first');
    longHistory.run(settle(10, { consumptionId: 'began first' }));
    const restored = fromSnapshot(toSnapshot(longHistory.account), longHistory.policy);
    const before = longHistory.history.length;
    longHistory.spend('closed last');
    for (const event of longHistory.history.slice(before)) evolve(restored, event);
    expect([...restored.consumptions.keys()]).toEqual(['began first', 'closed last']);
  });

  it('answers like an account that evicted nothing and like one restored from a snapshot', () => {
    const longHistory = new LongHistory({ ...FORGETFUL, refundableDays: 1 });
    for (let nth = 0; nth < 700; nth++) {
      longHistory.spend(`work-${nth % 50}`, nth % 7 === 0 ? 60 : null);
      if (nth % 3 === 0) longHistory.run(refund(4, { consumptionId: `work-${(nth + 47) % 50}` }));
      if (nth % 5 === 0) longHistory.run(settle(12, { consumptionId: `work-${nth % 50}` }));
      if (nth % 100 === 0) longHistory.now += DAY / 3;
    }
    const generous = replay(longHistory.history, REMEMBER_EVERYTHING);
    adoptPolicy(generous, longHistory.policy);
    const restored = fromSnapshot(toSnapshot(longHistory.account), longHistory.policy);
    expect(longHistory.history.length).toBeGreaterThan(1_500);
    for (let nth = 0; nth < 300; nth++) {
      const ask = [
        recharge(1, { id: `c${nth * 5}` }),
        refund(1, { consumptionId: `work-${nth % 50}` }),
        expire({ at: isoTime(longHistory.now + nth * SECOND) }),
      ][nth % 3]!;
      const command = buildCommand(
        ask,
        `late-${nth}`,
        isoTime(longHistory.now - 400 * SECOND + nth * SECOND),
      );
      const decided = decide(command, longHistory.account, TERMS_OF_RULES_1);
      expect(decide(command, generous, TERMS_OF_RULES_1)).toEqual(decided);
      expect(decide(command, restored, TERMS_OF_RULES_1)).toEqual(decided);
    }
  });
});
