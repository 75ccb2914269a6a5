import fc from 'fast-check';
import { consumptionIdOf } from './command-ids.js';
import { decide } from './decide.js';
import { debtPoints } from './debts.js';
import type { LedgerEvent } from './events.js';
import { adoptPolicy, evolve, replay } from './evolve.js';
import { BALANCE_MAX } from '../settings/limits.js';
import { ReferenceAccount } from '../testing/reference-account.js';
import { expectedAnswer, expectedConsumption } from '../testing/reference-windows.js';
import { REMEMBER_EVERYTHING } from '../settings/policy.js';
import { snapshotDifference } from '../storage/snapshot-difference.js';
import { toSnapshot, fromSnapshot } from '../storage/snapshot.js';
import {
  commandHistories,
  historiesOfDebtors,
  type CommandHistory,
} from '../testing/arbitrary-histories.js';
import { runHistory } from '../testing/run-history.js';

// A failure prints the seed and the path that lead to it. PROPERTY_RUNS: how many stories each
// property is asked of.
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 150);

const histories = (stepsMax?: number): fc.Arbitrary<CommandHistory> =>
  fc.oneof(commandHistories(stepsMax), historiesOfDebtors(stepsMax));

const forAllHistories = (property: (input: CommandHistory) => void, stepsMax?: number): void =>
  fc.assert(fc.property(histories(stepsMax), property), { numRuns });

describe('in every history, the reference account', () => {
  it('add up after every event: each batch, each consumption, the account', () => {
    forAllHistories((input) => {
      const reference = new ReferenceAccount(input.policy);
      for (const event of runHistory(input).history) {
        reference.apply(event);
        expect(event.balanceAfter).toBe(reference.balance);
        expect(reference.balance).toBeGreaterThanOrEqual(0);
        expect(reference.balance + reference.held).toBeLessThanOrEqual(BALANCE_MAX);
        for (const batch of reference.batches.values()) {
          expect(reference.remaining(batch)).toBeGreaterThanOrEqual(0);
        }
        expect(reference.recharged).toBe(
          reference.balance +
            reference.held +
            reference.consumed +
            reference.expired +
            reference.reversed,
        );
      }
    });
  });

  it('agree with the account after every command, with nothing left that is due', () => {
    forAllHistories((input) => {
      const reference = new ReferenceAccount(input.policy);
      runHistory(input, {
        after: (account, { events }) => {
          events.forEach((event) => reference.apply(event));
          expect(account.balance).toBe(reference.balance);
          expect(account.held).toBe(reference.held);
          const dueBy = account.at;
          expect([...reference.open.values()].filter((settleBy) => settleBy <= dueBy)).toEqual([]);
          const expired = [...reference.batches.values()].filter(
            (batch) =>
              batch.expiresAt !== null &&
              batch.expiresAt <= dueBy &&
              reference.remaining(batch) > 0,
          );
          expect(expired).toEqual([]);
        },
      });
    });
  });
});

describe('in every history, a command', () => {
  it('is a repeat, too late or new exactly as the whole history implies', () => {
    forAllHistories((input) => {
      for (const { command, decision, before } of runHistory(input).steps) {
        const expected = expectedAnswer(command, before, input.policy);
        if (expected === 'too late') expect(decision).toEqual({ kind: 'tooLate' });
        else if (expected !== null) {
          expect(decision).toEqual({ kind: 'repeat', revision: expected });
          expect(before[expected]!.commandId).toBe(command.commandId);
        } else expect(decision.kind).toMatch(/^(record|nothing)$/);
      }
    });
  });

  it('finds a consumption exactly when the whole history implies it', () => {
    forAllHistories((input) => {
      for (const { command, before, events, terms } of runHistory(input).steps) {
        const last = events.at(-1);
        if (!last || !('consumptionId' in command)) continue;
        const refusal = events.find((event) => event.type === 'CommandRefused');
        const own = events.findIndex((event) => isOwn(event));
        const passed = [...before, ...events.slice(0, own)];
        const id = consumptionIdOf(command, terms.rules.number)!;
        const known = expectedConsumption(id, last.at, passed, input.policy);
        const code = refusal?.code ?? null;
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

  it('is decided the same each time, byte for byte, and leaves the account unchanged', () => {
    forAllHistories((input) => {
      runHistory(input, {
        before: (account, command, _, terms) => {
          const snapshot = toSnapshot(account);
          const decided = JSON.stringify(decide(command, account, terms));
          expect(JSON.stringify(decide(command, account, terms))).toBe(decided);
          expect(toSnapshot(account)).toBe(snapshot);
        },
      });
    });
  });

  it('changes nothing when it is repeated within the idempotency window', () => {
    forAllHistories((input) => {
      const { account, steps, history } = runHistory(input);
      for (const { command, terms } of steps) {
        const expected = expectedAnswer(command, history, input.policy);
        if (typeof expected !== 'number') continue;
        expect(decide(command, account, terms)).toEqual({
          kind: 'repeat',
          revision: expected,
        });
      }
    });
  });

  it('gives every event its own ids, at a time that never runs backwards', () => {
    forAllHistories((input) => {
      let at = '';
      for (const { command, events } of runHistory(input).steps) {
        if (events.length > 0) at = command.at > at ? command.at : at;
        const { commandId, digest } = command;
        for (const event of events) {
          expect(event).toMatchObject({ at, receivedAt: command.at, commandId, digest });
        }
      }
    });
  });
});

describe('in every history, the account', () => {
  it('is the same replayed whole, replayed in two halves, and built command by command', () => {
    fc.assert(
      fc.property(histories(), fc.nat(), (input, cut) => {
        const { account, history } = runHistory(input);
        const half = replay(history.slice(0, cut % (history.length + 1)), input.policy);
        for (const event of history.slice(half.revision + 1)) evolve(half, event);
        const whole = toSnapshot(replay(history, input.policy));
        expect(toSnapshot(half)).toBe(whole);
        expect(toSnapshot(account)).toBe(whole);
      }),
      { numRuns },
    );
  });

  it('decides the same from a snapshot, wherever that was taken', () => {
    fc.assert(
      fc.property(histories(), fc.nat(), (input, cut) => {
        const { account: whole, history, steps } = runHistory(input);
        const cutAt = cut % (history.length + 1);
        const before = replay(history.slice(0, cutAt), input.policy);
        const account = fromSnapshot(toSnapshot(before), input.policy);
        for (const { command, decision, before: past, events, terms } of steps) {
          if (past.length >= cutAt) expect(decide(command, account, terms)).toEqual(decision);
          for (const event of events.slice(Math.max(0, cutAt - past.length))) {
            evolve(account, event);
          }
        }
        expect(toSnapshot(account)).toBe(toSnapshot(whole));
      }),
      { numRuns },
    );
  });

  it('restored from a snapshot equals the account replayed whole, also without eviction', () => {
    fc.assert(
      fc.property(histories(), fc.nat(), (input, cut) => {
        const { history } = runHistory(input);
        const before = history.slice(0, cut % (history.length + 1));
        const kept = fromSnapshot(toSnapshot(replay(before, input.policy)), input.policy);
        for (const event of history.slice(before.length)) evolve(kept, event);
        const again = fromSnapshot(toSnapshot(kept), input.policy);
        for (const policy of [input.policy, REMEMBER_EVERYTHING]) {
          const whole = replay(history, policy);
          expect(snapshotDifference(again, whole)).toBeNull();
          expect(snapshotDifference(again, whole, { isLenient: true })).toBeNull();
        }
      }),
      { numRuns },
    );
  });

  it('gives the same snapshot again once it was restored from it', () => {
    forAllHistories((input) => {
      const text = toSnapshot(runHistory(input).account);
      expect(toSnapshot(fromSnapshot(text, input.policy))).toBe(text);
    });
  });

  it('decides the same as an account that never evicts anything', () => {
    forAllHistories((input) => {
      runHistory(input, {
        before: (account, command, history, terms) => {
          const generous = replay(history, REMEMBER_EVERYTHING);
          adoptPolicy(generous, input.policy);
          expect(decide(command, generous, terms)).toEqual(decide(command, account, terms));
        },
      });
    }, 30);
  });

  it('is bounded', () => {
    forAllHistories((input) => {
      const { account, history } = runHistory(input);
      const { rememberMax, consumptionsMax } = input.policy;
      expect(account.answered.size).toBeLessThanOrEqual(rememberMax);
      const closed = [...account.consumptions.values()].filter(
        ({ phase, of }) => phase !== 'open' && debtPoints(account, of) === 0,
      );
      // What was just refunded out of its debt alone is dropped by the next event.
      const released = history.at(-1)?.type === 'DebtForgiven' ? 1 : 0;
      expect(closed.length).toBeLessThanOrEqual(consumptionsMax + released);
    });
  });
});

/** Not what fell due before it, nor what was collected. */
function isOwn(event: LedgerEvent): boolean {
  if (event.type === 'PointsExpired' || event.type === 'DebtCollected') return false;
  return !('cause' in event) || event.cause !== 'timed_out';
}
