import fc from 'fast-check';
import { ON_TIMEOUT, REVERSAL_CAUSES, SHORTFALLS } from '../account/commands.js';
import { SOURCE_TYPES } from '../settings/businesses.js';
import { OVERRUNS } from '../settings/policy.js';
import { PRICED_BUSINESSES } from './priced-businesses.js';

// The fields of arbitrary commands of every type. `recent` says which of the consumptions or recharges
// that began before is meant, `lifetime` how long after its recharge a batch expires.

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const small = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });

/** Small amounts that are likely to interact, and sometimes as many as one command may move. */
const points = fc.oneof(
  { weight: 25, arbitrary: fc.integer({ min: 1, max: 60 }) },
  { weight: 1, arbitrary: fc.constant(1_000_000_000) },
);

const recharges = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 1, max: 120 }) },
  { weight: 1, arbitrary: fc.constant(1_000_000_000) },
);

/** Mostly told. Not told, the ledger prices the quantity. */
const pointsOrNot = fc.oneof(
  { weight: 3, arbitrary: points },
  { weight: 1, arbitrary: fc.constant(null) },
);

const quantity = fc.constantFrom(null, null, null, 0, 1, 2.5, 12, 10_000_000);
const overrun = fc.constantFrom(null, null, ...OVERRUNS);

const lifetime = fc.constantFrom(null, null, HOUR, DAY, 3 * DAY, 9 * DAY, 9 * DAY, 40 * DAY, 0);

const recharge = fc.record({
  type: fc.constant('RechargePoints' as const),
  points: recharges,
  lifetime,
  priority: fc.constantFrom(0, 50, 50, 100),
  sourceId: fc.constantFrom(null, 'order'),
  rechargeId: fc.constantFrom(null, null, 'r1', 'r2', 'r3'),
});

/** Mostly the five, and mostly with fields that the business has. */
const consumed = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      points,
      sourceType: fc.constantFrom<string>(...SOURCE_TYPES),
      quantity: fc.constant(null),
      duration: fc.constant(null),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      points: pointsOrNot,
      sourceType: fc.constantFrom(...PRICED_BUSINESSES.map(({ code }) => code), 'poetry'),
      quantity,
      duration: quantity,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      points: fc.constant(null),
      sourceType: fc.constantFrom('chat', 'sing'),
      quantity: fc.constantFrom(0, 1, 3, 40),
      duration: fc.constant(null),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      points: pointsOrNot,
      sourceType: fc.constantFrom('tts', 'render'),
      quantity: fc.constant(null),
      duration: fc.constantFrom(0.5, 4, 10_000_000),
    }),
  },
);

const consume = fc
  .record({
    consumed,
    consumptionId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', null),
    sourceId: fc.constantFrom(null, 'task'),
    settleWithin: fc.constantFrom(null, null, 60, 7200, 86_400, 604_800),
    overrun,
    onTimeout: fc.constantFrom(null, null, ...ON_TIMEOUT),
  })
  .map(({ consumed: cost, ...rest }) => ({
    type: 'ConsumePoints' as const,
    ...cost,
    ...rest,
    overrun: rest.settleWithin === null ? null : rest.overrun,
    onTimeout: rest.settleWithin === null ? null : rest.onTimeout,
  }));

const extend = fc.record({
  type: fc.constant('ExtendConsumption' as const),
  recent: small(4),
  points: pointsOrNot,
  quantity,
  duration: quantity,
  settleWithin: fc.constantFrom(60, 86_400, 604_800, 2_600_000),
});

const settle = fc.record({
  type: fc.constant('SettleConsumption' as const),
  recent: small(4),
  points: fc.oneof(points, pointsOrNot, fc.constantFrom(0, 300)),
  quantity,
  duration: fc.constantFrom(null, null, null, 0, 1.5),
  overrun,
});

const refund = fc.record({
  type: fc.constant('RefundPoints' as const),
  recent: small(4),
  points: fc.oneof(points, fc.constant(null)),
  reason: fc.constantFrom(null, 'noisy'),
});

const reverse = fc.record({
  type: fc.constant('ReverseRecharge' as const),
  recent: small(4),
  points: fc.oneof(points, fc.constant(null)),
  cause: fc.constantFrom(...REVERSAL_CAUSES),
  shortfall: fc.constantFrom('owe' as const, ...SHORTFALLS),
  reason: fc.constantFrom(null, 'fraud'),
});

const reinstate = fc.record({
  type: fc.constant('ReinstateRecharge' as const),
  recent: small(4),
  points: fc.oneof(points, fc.constant(null)),
  reason: fc.constantFrom(null, 'won'),
});

const expire = fc.record({ type: fc.constant('ExpirePoints' as const) });

export const FIELDS = fc.oneof(
  { weight: 6, arbitrary: recharge },
  { weight: 8, arbitrary: consume },
  { weight: 2, arbitrary: extend },
  { weight: 4, arbitrary: settle },
  { weight: 4, arbitrary: refund },
  { weight: 3, arbitrary: reverse },
  { weight: 2, arbitrary: reinstate },
  { weight: 2, arbitrary: expire },
);

const fewPoints = fc.integer({ min: 1, max: 30 });
const morePoints = fc.integer({ min: 20, max: 90 });
const fewPointsOrAll = fc.oneof(fewPoints, fc.constant(null));
const mostlyUnnamed = fc.constantFrom(null, null, null, 'a', 'b');

const hold = fc
  .record({
    points: fc.oneof(fc.integer({ min: 5, max: 20 }), fc.constant(null)),
    quantity: fc.constantFrom(10, 30, 60),
    consumptionId: mostlyUnnamed,
    settleWithin: fc.constantFrom(60, 7_200, 86_400),
    overrun: fc.constantFrom(null, null, null, null, ...OVERRUNS),
    onTimeout: fc.constantFrom(null, null, null, ...ON_TIMEOUT),
  })
  .map((held) => ({
    type: 'ConsumePoints' as const,
    ...held,
    sourceType: 'chat',
    sourceId: null,
    duration: null,
  }));

const spend = fc
  .record({ points: fc.integer({ min: 1, max: 40 }), consumptionId: mostlyUnnamed })
  .map((spent) => ({
    type: 'ConsumePoints' as const,
    ...spent,
    sourceType: 'script',
    sourceId: null,
    quantity: null,
    duration: null,
    settleWithin: null,
    overrun: null,
    onTimeout: null,
  }));

const extendBy = fc.record({
  type: fc.constant('ExtendConsumption' as const),
  recent: small(2),
  points: fc.constantFrom(null, null, 5),
  quantity: fc.constantFrom(null, 1, 10, 30),
  duration: fc.constant(null),
  settleWithin: fc.constantFrom(60, 86_400),
});

const settleAbove = (recent: fc.Arbitrary<number>) =>
  fc
    .record({
      recent,
      isTold: fc.boolean(),
      points: morePoints,
      quantity: fc.constantFrom(20, 60, 200),
      overrun: fc.constantFrom(null, null, null, null, ...OVERRUNS),
    })
    .map(({ isTold, points: told, ...rest }) => ({
      type: 'SettleConsumption' as const,
      ...rest,
      points: isTold ? told : null,
      duration: null,
    }));

const rechargeOfDebtor = fc.record({
  type: fc.constant('RechargePoints' as const),
  points: fc.integer({ min: 20, max: 60 }),
  lifetime: fc.constantFrom(null, null, DAY, 3 * DAY),
  priority: fc.constantFrom(0, 50, 50),
  sourceId: fc.constant(null),
  rechargeId: fc.constantFrom(null, null, 'r1', 'r2'),
});

/** Much is held and costs more than was held, and recharges are undone again and again. */
const FIELDS_OF_DEBTORS = fc.oneof(
  { weight: 3, arbitrary: rechargeOfDebtor },
  { weight: 5, arbitrary: hold },
  { weight: 2, arbitrary: spend },
  { weight: 1, arbitrary: extendBy },
  { weight: 5, arbitrary: settleAbove(small(2)) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('RefundPoints' as const),
      recent: small(3),
      points: fewPointsOrAll,
      reason: fc.constant(null),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('ReverseRecharge' as const),
      recent: small(2),
      points: fewPointsOrAll,
      cause: fc.constant('chargeback' as const),
      shortfall: fc.constantFrom('owe' as const, 'owe' as const, ...SHORTFALLS),
      reason: fc.constant(null),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('ReinstateRecharge' as const),
      recent: small(2),
      points: fewPointsOrAll,
      reason: fc.constant(null),
    }),
  },
  { weight: 1, arbitrary: expire },
);

/** Two pre-deductions of what has come in are settled above what is left of it. */
const overruns = fc.tuple(
  rechargeOfDebtor,
  hold,
  hold,
  spend,
  settleAbove(fc.constant(2)),
  settleAbove(fc.constant(1)),
);

export const EPISODES_OF_DEBTORS: fc.Arbitrary<readonly CommandFields[]> = fc.oneof(
  { weight: 1, arbitrary: overruns },
  { weight: 5, arbitrary: FIELDS_OF_DEBTORS.map((fields) => [fields]) },
);

type ValueOf<A> = A extends fc.Arbitrary<infer V> ? V : never;

export type CommandFields = ValueOf<typeof FIELDS> | ValueOf<typeof FIELDS_OF_DEBTORS>;
