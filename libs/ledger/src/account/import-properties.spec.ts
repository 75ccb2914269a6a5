import fc from 'fast-check';
import { decide } from './decide.js';
import type { LedgerEvent } from './events.js';
import { evolve, replay } from './evolve.js';
import { emptyAccount, type Account } from './state.js';
import { termsOf } from './terms.js';
import { DEFAULT_SETTINGS_POLICY, REMEMBER_EVERYTHING } from '../settings/policy.js';
import { FIRST_BUSINESSES } from '../settings/settings.js';
import { fromSnapshot, toSnapshot } from '../storage/snapshot.js';
import { snapshotDifference } from '../storage/snapshot-difference.js';
import { isoTime } from '../support/time.js';
import { expectSoundDebts } from '../testing/account-invariants.js';
import {
  buildCommand,
  consume,
  expire,
  extend,
  recharge,
  refund,
  reinstate,
  reverse,
  settle,
  type CommandInput,
} from '../testing/command-builders.js';
import {
  FROZEN_AT,
  closedThere,
  importEvents,
  imported,
  openThere,
  opened,
  openingBatch,
  openingPoints,
} from '../testing/import-builders.js';
import { ReferenceAccount } from '../testing/reference-account.js';
import { compareLegacyIds } from './legacy-ids.js';
import { fitOpening } from './fit-opening.js';
import type { Alteration, AccountOpened, ImportFields, LegacyRow } from './import-events.js';
import { legacyRowsEvents } from './legacy-rows-events.js';
import { LEGACY_ROWS_BYTES_MAX, LEGACY_ROWS_MAX, legacyRowsFault } from './legacy-rows-fault.js';
import { LegacyStatement } from './legacy-statement.js';
import { openingFault } from './opening-fault.js';

// A failure prints the seed and the path that lead to it. PROPERTY_RUNS: how many stories each
// property is asked of.
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 150);

const DAY = 86_400_000;
const START = Date.parse(FROZEN_AT);
const POLICY = DEFAULT_SETTINGS_POLICY[2];
const TERMS = termsOf({ version: 1, rules: 2, policy: POLICY, businesses: FIRST_BUSINESSES });

const small = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });

/** Draws of consumptions that closed or are open, of three batches that came in before. */
const draws = fc.array(
  fc.record({ batchId: fc.integer({ min: 1, max: 3 }), points: fc.integer({ min: 1, max: 20 }) }),
  {
    maxLength: 3,
  },
);

const openings = fc
  .record({
    batches: fc.array(
      fc.record({
        remaining: small(60),
        expired: small(10),
        lost: small(5),
        lifetime: fc.constantFrom(null, -1, 0, 1, 9),
        priority: fc.constantFrom(0, 50, 100),
        named: fc.boolean(),
      }),
      { minLength: 3, maxLength: 3 },
    ),
    closed: fc.array(draws, { maxLength: 3 }),
    open: fc.array(
      draws.filter(({ length }) => length > 0),
      { maxLength: 2 },
    ),
  })
  .map(({ batches, closed, open }) => {
    const drawn = (batchId: number): number =>
      [...closed, ...open]
        .flat()
        .filter((draw) => draw.batchId === batchId)
        .reduce((sum, { points }) => sum + points, 0);
    return opened({
      batches: batches.map(({ remaining, expired, lost, lifetime, priority, named }, index) => {
        const batchId = index + 1;
        return openingBatch(batchId, remaining, {
          points: remaining + expired + lost + drawn(batchId),
          expired,
          priority,
          expiresAt: lifetime === null ? null : isoTime(START + lifetime * DAY),
          rechargeId: named ? `order-${batchId}` : null,
        });
      }),
      closed: closed.map((one, nth) => closedThere(`closed-${nth}`, one)),
      open: open.map((one, nth) => openThere(`open-${nth}`, one)),
    });
  });

const names = fc.constantFrom('closed-0', 'closed-1', 'closed-2', 'open-0', 'open-1', 'new');
const orders = fc.constantFrom('order-1', 'order-2', 'order-3');
const points = fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 40 }));

const inputs: fc.Arbitrary<CommandInput> = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 60 }), orders)
    .map(([amount, rechargeId]) => recharge(amount, { rechargeId, expiresAt: '2030-01-20' })),
  fc
    .tuple(fc.integer({ min: 1, max: 40 }), names, fc.boolean())
    .map(([amount, consumptionId, held]) =>
      consume(amount, { consumptionId, settleWithin: held ? 3_600 : null }),
    ),
  fc.tuple(small(40), names).map(([cost, consumptionId]) => settle(cost, { consumptionId })),
  fc.tuple(points, names).map(([amount, consumptionId]) => refund(amount, { consumptionId })),
  fc
    .tuple(small(20), names)
    .map(([amount, consumptionId]) =>
      extend({ consumptionId, points: amount, settleWithin: 3_600 }),
    ),
  fc.tuple(points, orders).map(([amount, rechargeId]) => reverse(amount, { rechargeId })),
  fc.tuple(points, orders).map(([amount, rechargeId]) => reinstate(amount, { rechargeId })),
  fc.constant(expire()),
);

const stories = fc.record({
  opening: openings,
  commands: fc.array(fc.record({ input: inputs, hours: fc.constantFrom(0, 0, 1, 30, 240) }), {
    minLength: 1,
    maxLength: 12,
    size: 'max',
  }),
});

type Story = typeof stories extends fc.Arbitrary<infer S> ? S : never;

function run(
  { opening, commands }: Story,
  after: (account: Account, event: LedgerEvent) => void = () => undefined,
): { readonly account: Account; readonly history: readonly LedgerEvent[] } {
  const account = emptyAccount(POLICY);
  const history: LedgerEvent[] = [];
  const apply = (event: LedgerEvent): void => {
    evolve(account, event);
    history.push(event);
    after(account, event);
  };
  importEvents([imported(), opening]).forEach(apply);
  let ms = START;
  commands.forEach(({ input, hours }, nth) => {
    ms += hours * 3_600_000;
    const decision = decide(buildCommand(input, `c${nth}`, isoTime(ms)), account, TERMS);
    if (decision.kind === 'record') decision.events.forEach(apply);
  });
  return { account, history };
}

const forAllStories = (property: (story: Story) => void): void =>
  fc.assert(fc.property(stories, property), { numRuns });

describe('in every history of an account that was taken over', () => {
  it('recharged begins with the balance and all draws, and adds up after every event', () => {
    forAllStories((story) => {
      const reference = new ReferenceAccount(POLICY);
      run(story, (account, event) => {
        reference.apply(event);
        if (event.type === 'AccountOpened') expect(reference.recharged).toBe(openingPoints(event));
        expect(account.balance).toBe(reference.balance);
        expect(account.held).toBe(reference.held);
        expect(reference.recharged).toBe(
          reference.balance +
            reference.held +
            reference.consumed +
            reference.expired +
            reference.reversed,
        );
      });
    });
  });

  it('what is owed is owed only where the balance is 0, at the end of every command', () => {
    forAllStories((story) => expectSoundDebts(run(story).account));
  });

  it('never owes what nobody can show as spent', () => {
    forAllStories((story) => {
      const { account } = run(story);
      for (const { of, points: all, expired, taken } of account.recharges.values()) {
        const debt = account.debts.find((one) => one.of === of)?.points ?? 0;
        if (debt === 0) continue;
        const held = taken.reduce((sum, slice) => sum + slice.points, 0) + debt;
        expect(held).toBeLessThanOrEqual(all - expired);
      }
    });
  });

  it('a snapshot changes nothing, and neither do two halves', () => {
    forAllStories((story) => {
      const { history } = run(story);
      const whole = replay(history, REMEMBER_EVERYTHING);
      for (const cut of [1, 2, history.length - 1]) {
        const first = replay(history.slice(0, cut), REMEMBER_EVERYTHING);
        const restored = fromSnapshot(toSnapshot(first), REMEMBER_EVERYTHING);
        for (const event of history.slice(cut)) evolve(restored, event);
        expect(snapshotDifference(restored, whole)).toBeNull();
      }
    });
  });
});

const bigints = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

describe('the ids of legacy rows', () => {
  it('are compared as numbers, however large', () => {
    fc.assert(
      fc.property(bigints, bigints, (a, b) => {
        const expected = a < b ? -1 : a > b ? 1 : 0;
        expect(Math.sign(compareLegacyIds(String(a), String(b)))).toBe(expected);
      }),
      { numRuns },
    );
  });
});

const rowOf = (id: number, text: string): LegacyRow => [
  String(id),
  'consume',
  1,
  1,
  0,
  'tts',
  null,
  null,
  null,
  text,
  '2029-01-01T00:00:00.000000Z',
  '2029-01-01T00:00:00.000000Z',
];

describe('changes of legacy rows that are cut into events', () => {
  const changes = fc.record({
    before: fc.constantFrom(null, '300', '2000'),
    ids: fc.uniqueArray(fc.integer({ min: 1, max: 5_000 }), { maxLength: 1_200, size: 'max' }),
    text: fc.constantFrom('', '【配音合成】'.repeat(20), '\u{1f3a7}"\\'.repeat(600)),
    gone: fc.boolean(),
  });

  it('each follow the one before, are small enough, and say all of it once', () => {
    fc.assert(
      fc.property(changes, ({ before, ids, text, gone }) => {
        const rows = ids.filter((id) => id % 3 !== 0).map((id) => rowOf(id, text));
        const lost = ids
          .filter((id) => gone && id % 3 === 0 && id <= Number(before ?? 0))
          .map(String);
        const altered: Alteration[] = rows
          .filter(([id]) => id.endsWith('7'))
          .map(([legacyId]) => ({ legacyId, field: 'row', now: null, why: 'Type' }));
        const events = legacyRowsEvents({
          importId: 'old',
          rows,
          gone: lost,
          altered,
          throughId: before,
        });
        const statement = new LegacyStatement();
        let through: string | null = before;
        for (const event of events) {
          expect(legacyRowsFault(event, through)).toBeNull();
          expect(event.rows.length).toBeLessThanOrEqual(LEGACY_ROWS_MAX);
          const bytes = Buffer.byteLength(JSON.stringify(event));
          expect(bytes).toBeLessThan(LEGACY_ROWS_BYTES_MAX);
          statement.apply(event);
          through = event.throughId;
        }
        expect(statement.standing()).toEqual(rows.toSorted(([a], [b]) => compareLegacyIds(a, b)));
        expect(events.flatMap((event) => event.gone)).toEqual(lost.toSorted(compareLegacyIds));
        expect(events.flatMap((event) => event.altered)).toHaveLength(altered.length);
        expect(statement.shown()).toHaveLength(rows.length - altered.length);
      }),
      { numRuns: Math.min(numRuns, 40) },
    );
  });
});

describe('an opening that is too large', () => {
  it('leaves the oldest closed consumptions out, counts them, and is good', () => {
    fc.assert(
      fc.property(openings, fc.integer({ min: 100, max: 3_000 }), (body, bytesMax) => {
        const opening: ImportFields<AccountOpened> = body as AccountOpened;
        const fitted = fitOpening(opening, bytesMax);
        if (fitted === null) return;
        expect(openingFault(fitted, FROZEN_AT)).toBeNull();
        expect(fitted.closed).toEqual(opening.closed.slice(fitted.leftOut));
        expect(Buffer.byteLength(JSON.stringify(fitted))).toBeLessThanOrEqual(bytesMax);
      }),
      { numRuns },
    );
  });
});
