import { emptyAccount, type Account } from './state.js';
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
import { DEFAULT_POLICY, REMEMBER_EVERYTHING, type Policy } from './policy.js';
import { toSnapshot, fromSnapshot } from '../storage/snapshot.js';
import { isoTime } from '../support/time.js';

// Long lives of one account: long enough that what is forgotten is also dropped.

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

class Life {
  readonly account: Account;
  readonly history: LedgerEvent[] = [];
  now = START;
  #sent = 0;

  constructor(readonly policy: Policy) {
    this.account = emptyAccount(policy);
  }

  run(ask: CommandInput): readonly LedgerEvent[] {
    const decision = decide(buildCommand(ask, `c${this.#sent++}`, isoTime(this.now)), this.account);
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

describe('an account that has lived long', () => {
  it('is as large after 6,000 events as after 1,000', () => {
    const life = new Life(FORGETFUL);
    for (let nth = 0; nth < 3_000; nth++) {
      life.spend(`work-${nth}`);
      if (nth % 500 !== 499) continue;
      const size = sizeOf(life.account);
      expect(size).toMatchObject({ answered: 20, consumptions: 10 });
      expect(size['batches']).toBeLessThanOrEqual(256);
      expect(size['answeredQueue']).toBeLessThanOrEqual(20 + 600);
      expect(size['closedQueue']).toBeLessThanOrEqual(10 + 600);
      expect(toSnapshot(life.account).length).toBeLessThan(60_000);
    }
  });

  it('forgets the batch of a grace that is over', () => {
    const life = new Life({ ...FORGETFUL, refundGraceDays: 1 });
    for (let nth = 0; nth < 1_000; nth++) {
      const consumptionId = `work-${nth}`;
      life.run(recharge(1, { expiresAt: isoTime(life.now + 1) }));
      life.run(consume(1, { consumptionId }));
      life.now += DAY;
      life.run(refund(null, { consumptionId }));
      life.run(consume(1, { consumptionId: `more-${nth}` }));
    }
    expect(sizeOf(life.account)['graceBatches']).toBeLessThanOrEqual(256);
    expect(sizeOf(life.account)['batches']).toBeLessThanOrEqual(256);
  });

  it('knows every batch that has points left', () => {
    const life = new Life(FORGETFUL);
    for (let nth = 0; nth < 600; nth++) {
      life.now += SECOND;
      life.run(recharge(2, { expiresAt: isoTime(life.now + DAY) }));
    }
    expect(sizeOf(life.account)['batches']).toBe(600);
    life.now += 2 * DAY;
    expect(life.run(expire()).length).toBe(600);
  });

  it('knows a spent batch as long as a remembered consumption drew on it', () => {
    const life = new Life({ ...DEFAULT_POLICY, consumptionsMax: 2_000 });
    life.spend('first');
    for (let nth = 0; nth < 1_500; nth++) life.spend(`work-${nth}`);
    const [refunded] = life.run(refund(null, { consumptionId: 'first' }));
    const [first] = life.history;
    expect(first).toMatchObject({ type: 'PointsRecharged' });
    const batchId = first && 'batchId' in first ? first.batchId : 0;
    expect(refunded).toMatchObject({ returns: [{ from: batchId, into: batchId }] });
  });

  it('knows a spent batch as long as an open pre-deduction drew on it', () => {
    const life = new Life(FORGETFUL);
    life.spend('open', 604_800);
    for (let nth = 0; nth < 1_500; nth++) life.spend(`work-${nth}`);
    const events = life.run(settle(4, { consumptionId: 'open' }));
    expect(events.map(({ type }) => type)).toEqual(['PointsRefunded', 'ConsumptionSettled']);
  });

  it('knows a grace batch until its midnight, spent or not', () => {
    const life = new Life({ ...FORGETFUL, consumptionsMax: 5 });
    const dead = (id: string): number => {
      life.run(recharge(5, { expiresAt: isoTime(life.now + SECOND), priority: 0 }));
      life.run(consume(5, { consumptionId: id }));
      life.now += SECOND;
      const [refunded] = life.run(refund(null, { consumptionId: id }));
      if (refunded?.type !== 'PointsRefunded') throw new Error('nothing came back');
      return refunded.returns[0]!.into;
    };
    const grace = dead('first');
    life.run(consume(5, { consumptionId: 'all of it' }));
    for (let nth = 0; nth < 1_500; nth++) life.spend(`work-${nth}`);
    expect(life.account.batches.size).toBeLessThanOrEqual(256);
    expect(dead('second')).toBe(grace);
  });

  it('drops at once what a policy does not remember that it adopts', () => {
    const life = new Life(DEFAULT_POLICY);
    for (let nth = 0; nth < 100; nth++) life.spend(`work-${nth}`);
    adoptPolicy(life.account, FORGETFUL);
    expect(sizeOf(life.account)).toMatchObject({ answered: 20, consumptions: 10 });
  });

  it('goes on dropping in the order of closing once it was thawed', () => {
    const life = new Life({ ...DEFAULT_POLICY, consumptionsMax: 2 });
    life.spend('began first', 60);
    life.spend('closed first');
    life.run(settle(10, { consumptionId: 'began first' }));
    const thawed = fromSnapshot(toSnapshot(life.account), life.policy);
    const before = life.history.length;
    life.spend('closed last');
    for (const event of life.history.slice(before)) evolve(thawed, event);
    expect([...thawed.consumptions.keys()]).toEqual(['began first', 'closed last']);
  });

  it('answers as one that forgot nothing, and as one from a snapshot', () => {
    const life = new Life({ ...FORGETFUL, refundableDays: 1 });
    for (let nth = 0; nth < 700; nth++) {
      life.spend(`work-${nth % 50}`, nth % 7 === 0 ? 60 : null);
      if (nth % 3 === 0) life.run(refund(4, { consumptionId: `work-${(nth + 47) % 50}` }));
      if (nth % 5 === 0) life.run(settle(12, { consumptionId: `work-${nth % 50}` }));
      if (nth % 100 === 0) life.now += DAY / 3;
    }
    const generous = replay(life.history, REMEMBER_EVERYTHING);
    adoptPolicy(generous, life.policy);
    const thawed = fromSnapshot(toSnapshot(life.account), life.policy);
    expect(life.history.length).toBeGreaterThan(1_500);
    for (let nth = 0; nth < 300; nth++) {
      const ask = [
        recharge(1, { id: `c${nth * 5}` }),
        refund(1, { consumptionId: `work-${nth % 50}` }),
        expire({ at: isoTime(life.now + nth * SECOND) }),
      ][nth % 3]!;
      const command = buildCommand(
        ask,
        `late-${nth}`,
        isoTime(life.now - 400 * SECOND + nth * SECOND),
      );
      const decided = decide(command, life.account);
      expect(decide(command, generous)).toEqual(decided);
      expect(decide(command, thawed)).toEqual(decided);
    }
  });
});
