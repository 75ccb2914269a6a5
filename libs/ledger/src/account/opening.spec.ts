import { decide } from './decide.js';
import { evolve, replay } from './evolve.js';
import { emptyAccount, type Account } from './state.js';
import { termsOf } from './terms.js';
import type { AccountEvent } from './events.js';
import { DEFAULT_SETTINGS_POLICY } from '../settings/policy.js';
import { FIRST_BUSINESSES } from '../settings/settings.js';
import { fromSnapshot, toSnapshot } from '../storage/snapshot.js';
import { snapshotDifference } from '../storage/snapshot-difference.js';
import {
  buildCommand,
  consume,
  expire,
  extend,
  recharge,
  refund,
  reverse,
  settle,
  type CommandInput,
} from '../testing/command-builders.js';
import {
  FROZEN_AT,
  closedThere,
  handedBack,
  importEvents,
  imported,
  legacyRow,
  legacyRows,
  openThere,
  opened,
  openingBatch,
} from '../testing/import-builders.js';
import type { ImportBody } from './import-events.js';

const POLICY = DEFAULT_SETTINGS_POLICY[2];
const TERMS = termsOf({ version: 1, rules: 2, policy: POLICY, businesses: FIRST_BUSINESSES });
const NOON = '2030-01-01T12:00:00.000Z';

const accountOf = (...bodies: readonly ImportBody[]): Account =>
  replay(importEvents(bodies), POLICY);

const decideOn = (account: Account, input: CommandInput, at = NOON) =>
  decide(buildCommand(input, 'c1', at), account, TERMS);

/** Runs a command and gives its events. */
function run(account: Account, input: CommandInput, id = 'c1', at = NOON): readonly AccountEvent[] {
  const decision = decide(buildCommand(input, id, at), account, TERMS);
  if (decision.kind !== 'record') throw new Error(`the decision is ${decision.kind}`);
  for (const event of decision.events) evolve(account, event);
  return decision.events;
}

const STORY = opened({
  batches: [
    openingBatch(7, 60, { points: 100, expired: 10, rechargeId: 'order-1', sourceId: 'o1' }),
    openingBatch(8, 0, { points: 5, legacyBatchId: null, expiresAt: FROZEN_AT }),
  ],
  closed: [closedThere('k1', [{ batchId: 7, points: 20 }]), closedThere('k0', [])],
  open: [openThere('k2', [{ batchId: 7, points: 10 }])],
});

describe('an account that is imported and not opened', () => {
  const account = accountOf(imported(), legacyRows([legacyRow(1)]));

  it('has nothing here', () => {
    expect(account).toMatchObject({ balance: 0, held: 0, revision: 1 });
    expect(account.takeOver).toEqual({
      importId: 'old',
      phase: 'imported',
      openedAt: null,
      throughId: '1',
    });
  });

  it.each([
    ['a recharge', recharge(10)],
    ['what falls due', expire()],
  ])('answers that it is not taken over, and records nothing: %s', (_, input) => {
    expect(decideOn(account, input)).toEqual({ kind: 'notTakenOver' });
  });
});

describe('an account that is opened', () => {
  it('has the batches, the closed and the open consumptions by negative numbers', () => {
    const account = accountOf(imported(), STORY);
    expect(account).toMatchObject({ balance: 60, held: 10, owed: 0, closings: 2 });
    expect([...account.recharges.values()]).toMatchObject([
      { of: -5, rechargeId: 'order-1', points: 100, expired: 10 },
    ]);
    expect([...account.consumptions.values()].map(({ of, phase }) => [of, phase])).toEqual([
      [-3, 'closed'],
      [-2, 'closed'],
      [-1, 'open'],
    ]);
    expect(account.answered.size).toBe(0);
  });

  it('refunds what was consumed there', () => {
    const account = accountOf(imported(), STORY);
    expect(run(account, refund(null, { consumptionId: 'k1' }))).toMatchObject([
      { type: 'PointsRefunded', of: -3, points: 20, balanceAfter: 80 },
    ]);
  });

  it('lets points of a batch that is gone come back into grace', () => {
    const gone = openingBatch(9, 0, { points: 20, expiresAt: FROZEN_AT });
    const account = accountOf(
      imported(),
      opened({ batches: [gone], closed: [closedThere('k1', [{ batchId: 9, points: 20 }])] }),
    );
    expect(run(account, refund(null, { consumptionId: 'k1' }))).toMatchObject([
      { returns: [{ from: 9, points: 20, expiresAt: '2030-01-09T00:00:00.000Z' }] },
    ]);
  });

  it('settles a job that began there', () => {
    const account = accountOf(imported(), STORY);
    expect(run(account, settle(12, { consumptionId: 'k2', duration: 3 }))).toMatchObject([
      { type: 'PointsConsumed', of: -1, points: 2 },
      { type: 'ConsumptionSettled', of: -1, estimated: 10, actual: 12, durationOf: -1 },
    ]);
  });

  it('returns the points of a job that nobody settles', () => {
    const account = accountOf(imported(), STORY);
    expect(run(account, expire(), 'c1', '2030-01-03T00:00:00.000Z')).toMatchObject([
      { type: 'PointsRefunded', of: -1, cause: 'timed_out', points: 10 },
    ]);
  });

  it('extends a job that was open for a month already', () => {
    const open = openThere('k2', [{ batchId: 7, points: 10 }], { at: '2029-11-01T00:00:00.000Z' });
    const account = accountOf(
      imported(),
      opened({ batches: [openingBatch(7, 60, { points: 70 })], open: [open] }),
    );
    expect(run(account, extend({ consumptionId: 'k2', points: 5 }))).toMatchObject([
      { type: 'PointsConsumed', of: -1, points: 5 },
      { type: 'ConsumptionExtended', of: -1, estimated: 15, settleBy: open.settleBy },
    ]);
    expect(run(account, extend({ consumptionId: 'k2', settleWithin: 86_400 }), 'c2')).toMatchObject(
      [{ type: 'CommandRefused', code: 'HoldTooLong' }],
    );
  });

  it('reverses an order of there, and never what nobody can show as spent', () => {
    const account = accountOf(imported(), STORY);
    expect(run(account, reverse(null, { rechargeId: 'order-1' }))).toMatchObject([
      { type: 'RechargeReversed', of: -5, points: 60, owed: 30, uncollected: 10 },
    ]);
  });

  it('does not credit an order of there again', () => {
    const account = accountOf(imported(), STORY);
    expect(run(account, recharge(5, { rechargeId: 'order-1' }))).toMatchObject([
      { type: 'CommandRefused', code: 'RechargeIdReused', details: { batchId: 7 } },
    ]);
  });

  it('does not give the id of a consumption of there away again', () => {
    const account = accountOf(imported(), STORY);
    expect(run(account, consume(1, { consumptionId: 'k0' }))).toMatchObject([
      { type: 'CommandRefused', code: 'ConsumptionIdReused' },
    ]);
  });

  it('lets overdue points expire with the first command', () => {
    const overdue = openingBatch(7, 60, { expiresAt: '2029-12-31T00:00:00.000Z' });
    const account = accountOf(imported(), opened({ batches: [overdue] }));
    expect(run(account, recharge(1))).toMatchObject([
      { type: 'PointsExpired', batchId: 7, points: 60 },
      { type: 'PointsRecharged' },
    ]);
  });

  it('answers that it is not taken over where the command came before the opening', () => {
    const account = accountOf(imported(), STORY);
    const before = '2030-01-01T07:59:59.999Z';
    expect(decideOn(account, recharge(1), before)).toEqual({ kind: 'notTakenOver' });
    expect(decideOn(account, recharge(1), FROZEN_AT).kind).toBe('record');
  });

  it('is the same out of a snapshot', () => {
    const account = accountOf(imported(), STORY);
    run(account, refund(5, { consumptionId: 'k1' }));
    const restored = fromSnapshot(toSnapshot(account), POLICY);
    expect(snapshotDifference(restored, account)).toBeNull();
    expect(restored.takeOver).toEqual(account.takeOver);
    const other = { ...account, takeOver: null };
    expect(snapshotDifference(restored, other)).toContain('take-over');
  });
});

describe('an account that was handed back', () => {
  const back = (): Account => {
    const account = accountOf(imported(), STORY);
    run(account, refund(null, { consumptionId: 'k1' }), 'first');
    const body = handedBack({ balance: 80, held: 10 });
    const at = account.at;
    const common = {
      at,
      receivedAt: at,
      commandId: '00000000-0000-5000-8000-000000000001',
      digest: 'd'.repeat(64),
      balanceAfter: 80,
      owedAfter: 0,
    };
    evolve(account, { ...common, ...body });
    return account;
  };

  it('answers that it is not taken over', () => {
    expect(decideOn(back(), recharge(1))).toEqual({ kind: 'notTakenOver' });
  });

  it('answers what was done here as it was answered', () => {
    const repeated = buildCommand(refund(null, { consumptionId: 'k1' }), 'first', NOON);
    expect(decide(repeated, back(), TERMS)).toEqual({ kind: 'repeat', revision: 2 });
  });
});

describe('an event of a take-over that the rules could not have produced', () => {
  const brokenBy = (...bodies: readonly ImportBody[]): string => {
    try {
      accountOf(...bodies);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return 'none';
  };
  const batch = openingBatch(7, 60);

  it.each<[string, readonly ImportBody[]]>([
    ['the account began before', [imported(), imported()]],
    ['the account was not imported', [opened()]],
    ['the account is of import old', [imported(), opened({ importId: 'other' })]],
    ['the account was opened before', [imported(), opened(), opened()]],
    ['the account was opened before', [imported(), opened(), legacyRows([])]],
    ['the account is not opened', [imported(), handedBack()]],
    ['it hands 0 back', [imported(), opened(), handedBack({ balance: 1 })]],
    ['the account was handed back', [imported(), opened(), handedBack(), handedBack()]],
    ['legacy row 1 is out of order', [imported(), legacyRows([legacyRow(2), legacyRow(1)])]],
    ['legacy row 3 is gone and was never there', [imported(), legacyRows([], { gone: ['3'] })]],
    [
      'it says 9 is the last row so far',
      [imported(), legacyRows([legacyRow(2)], { throughId: '9' })],
    ],
    [
      'legacy row 1 is altered and not there',
      [
        imported(),
        legacyRows([legacyRow(2)], {
          altered: [{ legacyId: '1', field: 'row', now: null, why: 'Type' }],
        }),
      ],
    ],
    ['rows up to none were imported', [imported(), opened({ throughId: '1' })]],
    ['it says the balance is 5, the batches 0', [imported(), opened({ balance: 5 })]],
    ['batch 7 comes in twice', [imported(), opened({ batches: [batch, batch] })]],
    [
      'batch 7 gave more than its 60 points',
      [
        imported(),
        opened({ batches: [batch], closed: [closedThere('k', [{ batchId: 7, points: 1 }])] }),
      ],
    ],
    [
      'consumption k drew on no batch 9',
      [imported(), opened({ closed: [closedThere('k', [{ batchId: 9, points: 1 }])] })],
    ],
    [
      'consumption k is there twice',
      [imported(), opened({ closed: [closedThere('k', []), closedThere('k', [])] })],
    ],
    [
      'consumption k is open for less than an hour',
      [
        imported(),
        opened({
          batches: [openingBatch(7, 0, { points: 1 })],
          open: [
            openThere('k', [{ batchId: 7, points: 1 }], { settleBy: '2030-01-01T08:30:00.000Z' }),
          ],
        }),
      ],
    ],
    [
      'its adjustment leads to 50, and not to 60',
      [
        imported(),
        opened({
          batches: [batch],
          adjusted: {
            balanceWas: 40,
            batchesWas: 60,
            believed: 'batches',
            row: { type: 'recharge', amount: 10, before: 40 },
          },
        }),
      ],
    ],
  ])('is named: %s', (rule, bodies) => {
    expect(brokenBy(...bodies)).toContain(rule);
  });

  it('is anything else before the opening', () => {
    const account = accountOf(imported());
    const [event] = run(emptyAccount(POLICY), recharge(5));
    expect(() => evolve(account, event!)).toThrow('the account is not opened');
  });
});
