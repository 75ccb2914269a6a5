import fc from 'fast-check';
import { decide } from './decide.js';
import type { LedgerEvent } from './events.js';
import { adoptPolicy, evolve, replay } from './evolve.js';
import { BALANCE_MAX } from './limits.js';
import { ReferenceAccount } from '../testing/reference-account.js';
import { expectedAnswer, closingsOf, expectedConsumption } from '../testing/reference-windows.js';
import { REMEMBER_EVERYTHING } from './policy.js';
import { snapshotDifference } from '../storage/snapshot-difference.js';
import { toSnapshot, fromSnapshot } from '../storage/snapshot.js';
import { commandHistories, type CommandHistory } from '../testing/arbitrary-histories.js';
import { runHistory } from '../testing/run-history.js';

// A failure prints the seed and the path that lead to it. PROPERTY_RUNS: how many stories each
// property is asked of.
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 150);

const holdsFor = (property: (story: CommandHistory) => void, stepsMax?: number): void =>
  fc.assert(fc.property(commandHistories(stepsMax), property), { numRuns });

describe('in every story, the books', () => {
  it('add up after every event: each batch, each consumption, the account', () => {
    holdsFor((story) => {
      const books = new ReferenceAccount(story.policy);
      for (const event of runHistory(story).history) {
        books.apply(event);
        expect(event.balanceAfter).toBe(books.balance);
        expect(books.balance).toBeGreaterThanOrEqual(0);
        expect(books.balance + books.held).toBeLessThanOrEqual(BALANCE_MAX);
        for (const batch of books.batches.values()) {
          expect(books.remaining(batch)).toBeGreaterThanOrEqual(0);
        }
        expect(books.recharged).toBe(books.balance + books.held + books.consumed + books.expired);
      }
    });
  });

  it('agree with the account after every command, with nothing left that is due', () => {
    holdsFor((story) => {
      const books = new ReferenceAccount(story.policy);
      runHistory(story, {
        after: (account, { events }) => {
          events.forEach((event) => books.apply(event));
          expect(account.balance).toBe(books.balance);
          expect(account.held).toBe(books.held);
          const dueBy = account.at;
          expect([...books.open.values()].filter((settleBy) => settleBy <= dueBy)).toEqual([]);
          const dead = [...books.batches.values()].filter(
            (batch) =>
              batch.expiresAt !== null && batch.expiresAt <= dueBy && books.remaining(batch) > 0,
          );
          expect(dead).toEqual([]);
        },
      });
    });
  });
});

describe('in every story, a command', () => {
  it('is a repeat, too late or new as the whole history says', () => {
    holdsFor((story) => {
      for (const { command, decision, before } of runHistory(story).steps) {
        const expected = expectedAnswer(command, before, story.policy);
        if (expected === 'too late') expect(decision).toEqual({ kind: 'tooLate' });
        else if (expected !== null) {
          expect(decision).toEqual({ kind: 'repeat', revision: expected });
          expect(before[expected]!.commandId).toBe(command.commandId);
        } else expect(decision.kind).toMatch(/^(record|nothing)$/);
      }
    });
  });

  it('knows a consumption as the whole history says', () => {
    holdsFor((story) => {
      for (const { command, before, events } of runHistory(story).steps) {
        const last = events.at(-1);
        if (!last || !('consumptionId' in command)) continue;
        const own = events.findIndex((event) => isOwn(event));
        const passed = [...before, ...events.slice(0, own)];
        const known = expectedConsumption(command.consumptionId, last.at, passed, story.policy);
        const code = last.type === 'CommandRefused' ? last.code : null;
        if (command.type === 'ConsumePoints') {
          expect(code === 'ConsumptionIdReused').toBe(known !== null);
        } else {
          expect(code === 'UnknownConsumption').toBe(known === null);
        }
        const firstOwn = events[own]!;
        if ('of' in firstOwn && firstOwn.of !== null) expect(firstOwn.of).toBe(known);
      }
    });
  });

  it('has one answer, byte for byte, and leaves the account as it is', () => {
    holdsFor((story) => {
      runHistory(story, {
        before: (account, command) => {
          const frozen = toSnapshot(account);
          const decided = JSON.stringify(decide(command, account));
          expect(JSON.stringify(decide(command, account))).toBe(decided);
          expect(toSnapshot(account)).toBe(frozen);
        },
      });
    });
  });

  it('changes nothing when it comes again while it is remembered', () => {
    holdsFor((story) => {
      const { account, steps, history } = runHistory(story);
      for (const { command } of steps) {
        const expected = expectedAnswer(command, history, story.policy);
        if (typeof expected !== 'number') continue;
        expect(decide(command, account)).toEqual({ kind: 'repeat', revision: expected });
      }
    });
  });

  it('records its own marks on every event, at a time that never runs backwards', () => {
    holdsFor((story) => {
      let at = '';
      for (const { command, events } of runHistory(story).steps) {
        if (events.length > 0) at = command.at > at ? command.at : at;
        const { commandId, digest } = command;
        for (const event of events) {
          expect(event).toMatchObject({ at, receivedAt: command.at, commandId, digest });
        }
      }
    });
  });
});

describe('in every story, the account', () => {
  it('is the same replayed whole, in two halves, and lived through', () => {
    fc.assert(
      fc.property(commandHistories(), fc.nat(), (story, cut) => {
        const { account, history } = runHistory(story);
        const half = replay(history.slice(0, cut % (history.length + 1)), story.policy);
        for (const event of history.slice(half.revision + 1)) evolve(half, event);
        const whole = toSnapshot(replay(history, story.policy));
        expect(toSnapshot(half)).toBe(whole);
        expect(toSnapshot(account)).toBe(whole);
      }),
      { numRuns },
    );
  });

  it('decides the same from a snapshot, wherever that was taken', () => {
    fc.assert(
      fc.property(commandHistories(), fc.nat(), (story, cut) => {
        const { account: whole, history, steps } = runHistory(story);
        const cutAt = cut % (history.length + 1);
        const before = replay(history.slice(0, cutAt), story.policy);
        const account = fromSnapshot(toSnapshot(before), story.policy);
        for (const { command, decision, before: past, events } of steps) {
          if (past.length >= cutAt) expect(decide(command, account)).toEqual(decision);
          for (const event of events.slice(Math.max(0, cutAt - past.length))) {
            evolve(account, event);
          }
        }
        expect(toSnapshot(account)).toBe(toSnapshot(whole));
      }),
      { numRuns },
    );
  });

  it('is the same, out of a snapshot, as folded whole, also by one that forgets nothing', () => {
    fc.assert(
      fc.property(commandHistories(), fc.nat(), (story, cut) => {
        const { history } = runHistory(story);
        const before = history.slice(0, cut % (history.length + 1));
        const kept = fromSnapshot(toSnapshot(replay(before, story.policy)), story.policy);
        for (const event of history.slice(before.length)) evolve(kept, event);
        const again = fromSnapshot(toSnapshot(kept), story.policy);
        for (const policy of [story.policy, REMEMBER_EVERYTHING]) {
          const whole = replay(history, policy);
          expect(snapshotDifference(again, whole)).toBeNull();
          expect(snapshotDifference(again, whole, { isLenient: true })).toBeNull();
        }
      }),
      { numRuns },
    );
  });

  it('freezes to the same text once it was thawed', () => {
    holdsFor((story) => {
      const text = toSnapshot(runHistory(story).account);
      expect(toSnapshot(fromSnapshot(text, story.policy))).toBe(text);
    });
  });

  it('forgets nothing that shows: one that kept everything decides the same', () => {
    holdsFor((story) => {
      runHistory(story, {
        before: (account, command, history) => {
          const generous = replay(history, REMEMBER_EVERYTHING);
          adoptPolicy(generous, story.policy);
          expect(decide(command, generous)).toEqual(decide(command, account));
        },
      });
    }, 30);
  });

  it('is bounded', () => {
    holdsFor((story) => {
      const { account } = runHistory(story);
      const { rememberMax, consumptionsMax } = story.policy;
      expect(account.answered.size).toBeLessThanOrEqual(rememberMax);
      const closed = [...account.consumptions.values()].filter(({ phase }) => phase !== 'open');
      expect(closed.length).toBeLessThanOrEqual(consumptionsMax);
    });
  });
});

describe('the stories', () => {
  it('have everything in them', () => {
    const seen = new Set<string>();
    let closings = 0;
    for (const story of fc.sample(commandHistories(), { numRuns: 300, seed: 1 })) {
      const { history, steps } = runHistory(story);
      steps.forEach(({ decision }) => seen.add(decision.kind));
      history.forEach((event) => kindsOf(event).forEach((kind) => seen.add(kind)));
      closings += closingsOf(history).length;
    }
    expect([...seen].sort()).toEqual(EVERYTHING);
    expect(closings).toBeGreaterThan(500);
  });
});

const EVERYTHING = [
  'AlreadyExpired',
  'BalanceLimit',
  'CommandRefused',
  'ConsumptionClosed',
  'ConsumptionIdReused',
  'ConsumptionOpen',
  'ConsumptionSettled',
  'DurationNotAllowed',
  'InsufficientPoints',
  'NothingToRefund',
  'PointsConsumed',
  'PointsExpired',
  'PointsRecharged',
  'PointsRefunded',
  'RefundExceedsConsumption',
  'TooManyBatches',
  'TooManyOpen',
  'UnknownConsumption',
  'cancelled',
  'into a grace batch',
  'nothing',
  'overestimated',
  'record',
  'refunded',
  'repeat',
  'timed_out',
  'tooLate',
];

function kindsOf(event: LedgerEvent): string[] {
  if (event.type === 'CommandRefused') return [event.type, event.code];
  if (event.type !== 'PointsRefunded') return [event.type];
  const isGrace = event.returns.some(({ from, into }) => from !== into);
  return [event.type, event.cause, ...(isGrace ? ['into a grace batch'] : [])];
}

/** Not what fell due before it. */
function isOwn(event: LedgerEvent): boolean {
  if (event.type === 'PointsExpired') return false;
  return event.type !== 'PointsRefunded' || event.cause !== 'timed_out';
}
