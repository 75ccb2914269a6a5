import fc from 'fast-check';
import type { LedgerEvent } from './events.js';
import { decide } from './decide.js';
import { evolve, replay } from './evolve.js';
import type { Account } from './state.js';
import { TERMS_OF_RULES_1 } from './rules-1.js';
import type { Terms } from './rules.js';
import { termsOf } from './terms.js';
import {
  expectDebtsToAddUp,
  expectFewBatches,
  expectSoundDebts,
  expectSoundPrices,
} from '../testing/account-invariants.js';
import {
  commandHistories,
  historiesOfChangingPolicy,
  historiesOfDebtors,
  type CommandHistory,
} from '../testing/arbitrary-histories.js';
import {
  buildCommand,
  consume,
  expire,
  recharge,
  reinstate,
  reverse,
  testUuid,
  type CommandInput,
} from '../testing/command-builders.js';
import { openDebt } from '../testing/reference-windows.js';
import { runHistory } from '../testing/run-history.js';
import { settingsInForce } from '../testing/settings-in-force.js';
import { DEFAULT_SETTINGS_POLICY } from '../settings/policy.js';
import { addQuantities, priceOf, priceOfMore } from '../settings/price.js';
import { FIRST_BUSINESSES } from '../settings/settings.js';

// A failure prints the seed and the path that lead to it. PROPERTY_RUNS: how many stories each
// property is asked of.
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 150);

const histories = fc.oneof(commandHistories(), historiesOfDebtors());

const historiesOfChangingPrices = fc.oneof(historiesOfChangingPolicy(), historiesOfDebtors());

const forAllHistories = (property: (input: CommandHistory) => void): void =>
  fc.assert(fc.property(histories, property), { numRuns });

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

describe('in every history, what is owed', () => {
  it('is owed only where the balance is 0, at the end of every command', () => {
    forAllHistories((input) => {
      runHistory(input, { after: expectSoundDebts });
    });
  });

  it('is what arose, less what was collected and forgiven', () => {
    forAllHistories((input) => {
      const { account, history } = runHistory(input);
      expectDebtsToAddUp(history, account);
      const total = sum(account.debts.map(({ of }) => openDebt(of, history)));
      expect(history.at(-1)?.owedAfter ?? 0).toBe(total);
    });
  });

  it('never passes the limits of the policy', () => {
    forAllHistories((input) => {
      const { owedMax, debtsMax } = input.policy;
      runHistory(input, {
        after: ({ owed, debts }) => {
          expect(owed).toBeLessThanOrEqual(owedMax);
          expect(debts.length).toBeLessThanOrEqual(debtsMax);
        },
      });
    });
  });
});

describe('in every history, a settlement', () => {
  it('books the whole cost: charged, owed and uncollected', () => {
    forAllHistories((input) => {
      for (const event of runHistory(input).history) {
        if (event.type !== 'ConsumptionSettled') continue;
        expect(event.charged + event.owed + event.uncollected).toBe(event.actual);
      }
    });
  });

  it('is never refused for want of points unless the overrun says so', () => {
    forAllHistories((input) => {
      for (const { command, events, terms } of runHistory(input).steps) {
        const refused = events.find((event) => event.type === 'CommandRefused');
        if (refused?.code !== 'InsufficientPoints' || command.type !== 'SettleConsumption')
          continue;
        const mayRefuse =
          terms.rules.number === 1 ||
          command.overrun === 'refuse' ||
          (command.overrun === null && couldRefuse(input));
        expect(mayRefuse).toBe(true);
      }
    });
  });
});

/** By the consumption, or by the policy for one that began under rules 1. */
const couldRefuse = ({ policy, commands }: CommandHistory): boolean =>
  policy.overrun === 'refuse' ||
  commands.some((command) => command.type === 'ConsumePoints' && command.overrun === 'refuse');

describe('in every history, a price', () => {
  it('stood in the settings that its event names, and multiplies out', () => {
    forAllHistories((input) => {
      for (const { events, terms } of runHistory(input).steps) expectSoundPrices(events, terms);
    });
  });
});

describe('in every history, what is settled without points', () => {
  it('costs what the price that its consumption began with makes of the quantity', () => {
    fc.assert(
      fc.property(historiesOfChangingPrices, (input) => {
        const { history, steps } = runHistory(input);
        for (const { command, events } of steps) {
          if (command.type !== 'SettleConsumption' || command.points !== null) continue;
          if (events.some((event) => event.type === 'CommandRefused')) continue;
          const settled = events.findLast((event) => event.type === 'ConsumptionSettled');
          if (settled === undefined) continue;
          const begun = history[settled.of];
          if (begun?.type !== 'PointsConsumed' || begun.price === null) {
            throw new Error(`revision ${settled.of} froze no price`);
          }
          expect(settled.quantity).toBe(command.quantity ?? command.duration);
          expect(settled.actual).toBe(priceOf(settled.quantity!, begun.price));
        }
      }),
      { numRuns },
    );
  });
});

describe('in every history, an extension without points', () => {
  it('holds the price of the whole quantity less that of the quantity so far', () => {
    fc.assert(
      fc.property(historiesOfChangingPrices, (input) => {
        const { history, steps } = runHistory(input);
        for (const { command, before, events } of steps) {
          if (command.type !== 'ExtendConsumption' || command.points !== null) continue;
          const extended = events.at(-1);
          if (extended?.type !== 'ConsumptionExtended') continue;
          const { of } = extended;
          const begun = history[of];
          if (begun?.type !== 'PointsConsumed') throw new Error(`nothing began at ${of}`);
          const earlier = before.findLast(
            (event) => event.type === 'ConsumptionExtended' && event.of === of,
          );
          const held = earlier?.type === 'ConsumptionExtended' ? earlier : null;
          const quantity = held === null ? begun.quantity : held.quantity;
          const added = command.quantity ?? command.duration;
          const whole = added === null ? quantity : addQuantities(quantity ?? 0, added);
          expect(extended.quantity).toBe(whole);
          const more = added === null ? 0 : priceOfMore(whole!, quantity ?? 0, begun.price!);
          expect(extended.estimated).toBe((held?.estimated ?? begun.points) + more);
        }
      }),
      { numRuns },
    );
  });
});

describe('in every history, the batches that are used', () => {
  it('become more only by a recharge, or by what is closed or reversed and comes back', () => {
    forAllHistories((input) => {
      let used = 0;
      runHistory(input, {
        after: (account, step) => {
          used = expectFewBatches(used, account, step);
        },
      });
    });
  });
});

/** When something falls due on the account. */
function nextDue(account: Account): string | null {
  const times = [account.openOrder.first?.settleBy, account.expiryOrder.first?.expiresAt];
  return times.filter((time) => typeof time === 'string').sort()[0] ?? null;
}

describe('in every history, whoever looks', () => {
  it('once after everything fell due, or at each instant: the same is owed and uncollected', () => {
    fc.assert(
      fc.property(histories, (input) => {
        fc.pre(input.policy.refundGraceDays > 0);
        const { history } = runHistory(input);
        const [often, once] = [replay(history, input.policy), replay(history, input.policy)];
        const terms = termsAt(input, '2031-01-01T00:00:00.000Z');
        const seenOften: LedgerEvent[] = [];
        for (let nth = 0; nextDue(often) !== null && nth < 200; nth++) {
          // A grace batch of what comes back at one time-out lives on for days.
          const look = expire({ id: `look-${nth}`, at: nextDue(often)! });
          seenOften.push(...run(often, look, terms));
        }
        const seenOnce = [...run(once, expire({ id: 'look', at: '2031-01-01' }), terms)];
        for (let nth = 0; nextDue(once) !== null && nth < 200; nth++) {
          const look = expire({ id: `again-${nth}`, at: nextDue(once)! });
          seenOnce.push(...run(once, look, terms));
        }
        expect(once.owed).toBe(often.owed);
        expect(once.debts).toEqual(often.debts);
        expect(uncollectedOf(seenOnce)).toBe(uncollectedOf(seenOften));
        expect(openUncollected(once)).toEqual(openUncollected(often));
      }),
      { numRuns },
    );
  });
});

const termsAt = ({ settings }: CommandHistory, at: string): Terms => {
  const inForce = settingsInForce(settings, at);
  return inForce === null ? TERMS_OF_RULES_1 : termsOf(inForce);
};

const uncollectedOf = (events: readonly LedgerEvent[]): number =>
  sum(events.map((event) => ('uncollected' in event ? event.uncollected : 0)));

/** Of each recharge, what its reversals could not take. */
const openUncollected = ({ recharges }: Account): ReadonlyMap<number, number> =>
  new Map([...recharges.values()].map(({ of, uncollected }) => [of, uncollected]));

/** The events that were recorded. */
function run(account: Account, ask: CommandInput, terms: Terms): readonly LedgerEvent[] {
  const command = buildCommand(ask, testUuid(JSON.stringify(ask)), account.at);
  const decision = decide(command, account, terms);
  if (decision.kind !== 'record') return [];
  for (const event of decision.events) evolve(account, event);
  return decision.events;
}

interface NetStep {
  readonly type: 'recharge' | 'reverse' | 'reinstate';
  readonly points: number;
}

describe('reversing and reinstating the same amounts', () => {
  const policy = { ...DEFAULT_SETTINGS_POLICY[2], owedMax: 2_000_000_000 };
  const terms = termsOf({ version: 1, rules: 2, policy, businesses: FIRST_BUSINESSES });
  const at = '2030-01-01';
  const SOLD = 200;
  const amounts = (max: number): fc.Arbitrary<number[]> =>
    fc.array(fc.integer({ min: 1, max }), { minLength: 1, maxLength: 6 });

  function netAfter(spent: number, steps: readonly NetStep[]): number {
    const account = replay([], policy);
    run(account, recharge(SOLD, { id: 'sold', rechargeId: 'order', at }), terms);
    if (spent > 0) run(account, consume(spent, { id: 'spent', at }), terms);
    steps.forEach(({ type, points }, nth) => {
      const build = { recharge, reverse, reinstate }[type];
      const events = run(account, build(points, { id: `${type}-${nth}`, at }), terms);
      expect(events.map((event) => event.type)).not.toContain('CommandRefused');
    });
    expectSoundDebts(account);
    return account.balance - account.owed;
  }

  it('comes to the same net in whatever order, where all is owed and nothing expires', () => {
    fc.assert(
      fc.property(
        fc.record({ reversed: amounts(33), recharged: amounts(60), spent: fc.nat(SOLD) }),
        fc.array(fc.nat(5), { maxLength: 6 }),
        fc.tuple(fc.integer(), fc.integer()),
        ({ reversed, recharged, spent }, undone, seeds) => {
          // What is reinstated is as much as some of the reversals, in other parts than they were.
          const reinstated = undone.flatMap((nth) => splitInTwo(reversed[nth] ?? 0));
          fc.pre(sum(reinstated) <= sum(reversed));
          const steps = [
            ...reversed.map((points) => ({ type: 'reverse', points }) as const),
            ...reinstated.map((points) => ({ type: 'reinstate', points }) as const),
            ...recharged.map((points) => ({ type: 'recharge', points }) as const),
          ];
          const expected = SOLD - spent + sum(recharged) - sum(reversed) + sum(reinstated);
          for (const seed of seeds) {
            expect(netAfter(spent, possibleOrder(shuffled(steps, seed)))).toBe(expected);
          }
        },
      ),
      { numRuns },
    );
  });
});

const splitInTwo = (points: number): number[] =>
  [Math.floor(points / 3), points - Math.floor(points / 3)].filter((part) => part > 0);

/** The steps in that order, but none is reinstated before as much is reversed. */
function possibleOrder(steps: readonly NetStep[]): readonly NetStep[] {
  const waiting = [...steps];
  const ordered: NetStep[] = [];
  let reversed = 0;
  while (waiting.length > 0) {
    const place = waiting.findIndex(
      ({ type, points }) => type !== 'reinstate' || points <= reversed,
    );
    const [next] = waiting.splice(place, 1);
    if (next === undefined || place < 0) throw new Error('more is reinstated than reversed');
    if (next.type !== 'recharge') reversed += next.type === 'reverse' ? next.points : -next.points;
    ordered.push(next);
  }
  return ordered;
}

function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  const keyed = items.map((item, place) => ({ item, key: Math.imul(place + 1, seed | 1) }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
