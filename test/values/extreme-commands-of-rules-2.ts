import fc from 'fast-check';
import {
  FIRST_BUSINESSES,
  ON_TIMEOUT,
  OVERRUNS,
  REVERSAL_CAUSES,
  SHORTFALLS,
  type Business,
} from '#ledger';
import type { CommandBody } from '#contracts';
import {
  bodyBuilder,
  expiresAt,
  optional,
  points,
  priority,
  seconds,
  settleWithin,
  textUpTo,
  type Ids,
} from './extreme-commands.js';

const LONGEST_CODE = `z${'_9'.repeat(15)}z`;

/** Businesses at the limits of the settings, beside the five. */
export const EXTREME_BUSINESSES: readonly Business[] = [
  ...FIRST_BUSINESSES,
  {
    code: LONGEST_CODE,
    label: '😀'.repeat(64),
    unit: LONGEST_CODE,
    price: {
      points: '999999999.999999',
      per: '999999999.999999',
      step: '999999999.999999',
      minimum: 1_000_000_000,
      rounding: 'up',
    },
    retired: false,
  },
  {
    code: 'a',
    label: '】',
    unit: 'call',
    price: {
      points: '0.000001',
      per: '999999999.999999',
      step: '0.000001',
      minimum: 1,
      rounding: 'half_up',
    },
    retired: false,
  },
  {
    code: 'dear',
    label: '=1+1',
    unit: 'word',
    price: { points: '9.5', per: '0.01', step: null, minimum: 1, rounding: 'down' },
    retired: false,
  },
  {
    code: 'spoken',
    label: '【"】x【\u202e】',
    unit: 'second',
    price: { points: '12.5', per: '1', step: '0.5', minimum: 7, rounding: 'half_up' },
    retired: false,
  },
];

const quantity = fc.oneof(
  fc.constantFrom(0, -0, 5e-324, 4.999_999_9e-7, 5e-7, 1e-6, 0.1 + 0.2, 1, 12.5, 10_000_000),
  fc.double({ min: 0, max: 10_000_000, noNaN: true }),
  fc.integer({ min: 1, max: 1_000 }),
);

const name = fc.constantFrom('a', 'order', `n${'9_'.repeat(15)}x`, 'to_string', 'constructor');
const metadata = optional(
  fc.dictionary(name, textUpTo(128), { maxKeys: 8, noNullPrototype: true }),
);
const pointsOrNot = optional(points);
const reason = optional(textUpTo(200));
const overrun = optional(fc.constantFrom(...OVERRUNS));

/** What a business has: mostly its own measure. */
function costOf({ code, unit }: Business): fc.Arbitrary<object> {
  const measure: Readonly<Record<string, fc.Arbitrary<number>>> =
    unit === 'second' ? { duration: seconds } : { quantity };
  const isTold = fc.record({ points: pointsOrNot, ...measure });
  const isPriced = fc.record(measure);
  return fc
    .oneof(fc.record({ points }), isTold, isPriced, fc.record({ points, quantity }))
    .map((cost) => ({ source_type: code, ...cost }));
}

const cost = fc.oneof(...EXTREME_BUSINESSES.map(costOf));

const held = fc.record({
  settle_within: settleWithin,
  overrun,
  on_timeout: optional(fc.constantFrom(...ON_TIMEOUT)),
});

/** More, or all that it cost. */
const more = fc.oneof(
  fc.record({ points: fc.oneof(points, fc.constantFrom(1, 1_000_000_000)) }),
  fc.record({ quantity }),
  fc.record({ duration: seconds }),
  fc.record({ points, quantity }),
  fc.record({ points, duration: seconds }),
);

/** Commands of every type by rules 2. */
export function bodiesOfRules2(user_id: string, ids: Ids): fc.Arbitrary<CommandBody> {
  const builder = bodyBuilder(user_id);
  const of = (type: CommandBody['type'], fields: Parameters<typeof builder>[1]) =>
    builder(type, { ...fields, metadata });
  /** With the fields of a group beside the others. */
  const flat = (bodies: fc.Arbitrary<CommandBody>): fc.Arbitrary<CommandBody> =>
    bodies.map((body) => {
      const { group, ...data } = body.data as CommandBody['data'] & { readonly group: object };
      return { ...body, data: { ...data, ...group } } as CommandBody;
    });
  const recharge = of('RechargePoints', {
    points,
    expires_at: expiresAt,
    priority,
    source_id: optional(textUpTo(64)),
    recharge_id: optional(ids),
  });
  const consume = flat(
    of('ConsumePoints', {
      group: fc.oneof(
        cost,
        fc.tuple(cost, held).map(([one, other]) => ({ ...one, ...other })),
      ),
      source_id: optional(textUpTo(64)),
      consumption_id: optional(ids),
    }),
  );
  const extend = flat(
    of('ExtendConsumption', {
      group: fc.oneof(more, fc.record({ settle_within: settleWithin })),
      consumption_id: ids,
    }),
  );
  const settle = flat(
    of('SettleConsumption', {
      group: fc.oneof(more, fc.record({ points: fc.constantFrom(0, -0) })),
      consumption_id: ids,
      overrun,
    }),
  );
  const refund = of('RefundPoints', { consumption_id: ids, points: pointsOrNot, reason });
  const reverse = of('ReverseRecharge', {
    recharge_id: ids,
    points: pointsOrNot,
    cause: fc.constantFrom(...REVERSAL_CAUSES),
    shortfall: optional(fc.constantFrom(...SHORTFALLS)),
    reason,
  });
  const reinstate = of('ReinstateRecharge', { recharge_id: ids, points: pointsOrNot, reason });
  return fc.oneof(
    { arbitrary: recharge, weight: 5 },
    { arbitrary: consume, weight: 6 },
    { arbitrary: extend, weight: 2 },
    { arbitrary: settle, weight: 4 },
    { arbitrary: refund, weight: 3 },
    { arbitrary: reverse, weight: 3 },
    { arbitrary: reinstate, weight: 2 },
    { arbitrary: of('ExpirePoints', {}), weight: 1 },
  );
}

/**
 * A pre-deduction that is extended and costs more than there is, a recharge that pays the debt, and is
 * reversed and reinstated: random commands hardly ever come to that.
 */
export function debtAndReversal(user_id: string, one: string, other: string): CommandBody[] {
  const hold = { user_id, consumption_id: one };
  const undo = { user_id, recharge_id: other };
  const points = 999_999_999;
  return [
    { type: 'RechargePoints', data: { user_id, points, expires_at: null, recharge_id: one } },
    {
      type: 'ConsumePoints',
      data: { ...hold, points, source_type: LONGEST_CODE, settle_within: 604_800 },
    },
    { type: 'ExtendConsumption', data: { ...hold, settle_within: 604_800 } },
    { type: 'SettleConsumption', data: { ...hold, points: points + 1 } },
    { type: 'RechargePoints', data: { ...undo, points: 1, expires_at: null } },
    { type: 'ReverseRecharge', data: { ...undo, cause: 'mistake' } },
    { type: 'ReinstateRecharge', data: undo },
  ];
}
