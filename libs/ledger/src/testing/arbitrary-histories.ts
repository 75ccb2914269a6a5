import fc from 'fast-check';
import { testUuid, USER } from './command-builders.js';
import { SOURCE_TYPES } from '../account/businesses.js';
import type { LedgerCommand } from '../account/commands.js';
import { DEFAULT_POLICY, type Policy } from '../account/policy.js';
import { isoTime } from '../support/time.js';

// Random histories of one account: commands of every type whose times stand still, jump and run
// backwards, whose ids are repeated, and whose consumptions share ids.

export interface CommandHistory {
  readonly policy: Policy;
  readonly commands: readonly LedgerCommand[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2030, 0, 1, 12);

const TINY_POLICY: Policy = {
  refundableDays: 3,
  consumptionsMax: 3,
  refundGraceDays: 1,
  rememberDays: 1,
  rememberMin: 2,
  rememberMax: 6,
  batchesMax: 5,
  openDrawsMax: 5,
};

const small = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });

const policies: fc.Arbitrary<Policy> = fc.oneof(
  fc.constant(DEFAULT_POLICY),
  fc.constant({ ...DEFAULT_POLICY, refundGraceDays: 0 }),
  fc.constant(TINY_POLICY),
  fc
    .record({
      refundableDays: small(4),
      consumptionsMax: small(4),
      refundGraceDays: small(2),
      rememberDays: small(2),
      rememberMin: small(3),
      more: small(4),
      batchesMax: fc.integer({ min: 1, max: 6 }),
      openDrawsMax: small(6),
    })
    .map(({ more, ...policy }) => ({ ...policy, rememberMax: policy.rememberMin + more })),
);

/** Small amounts that are likely to interact, and sometimes as many as one command may move. */
const points = fc.oneof(
  { weight: 25, arbitrary: fc.integer({ min: 1, max: 60 }) },
  { weight: 1, arbitrary: fc.constant(1_000_000_000) },
);

const recharges = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 1, max: 300 }) },
  { weight: 1, arbitrary: fc.constant(1_000_000_000) },
);

const consumptionId = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');

/** How long after its recharge a batch expires. */
const lifetime = fc.constantFrom(null, null, HOUR, DAY, 3 * DAY, 9 * DAY, 9 * DAY, 40 * DAY, 0);

const fields = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('RechargePoints' as const),
      points: recharges,
      lifetime,
      priority: fc.constantFrom(0, 50, 50, 100),
      sourceId: fc.constantFrom(null, 'order'),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('ConsumePoints' as const),
      points,
      consumptionId,
      sourceType: fc.constantFrom(...SOURCE_TYPES),
      sourceId: fc.constantFrom(null, 'task'),
      settleWithin: fc.constantFrom(null, null, 60, 7200, 86_400, 604_800),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('SettleConsumption' as const),
      recent: small(4),
      points: fc.oneof(points, fc.constant(0)),
      duration: fc.constantFrom(null, null, 0, 1.5),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('RefundPoints' as const),
      recent: small(4),
      points: fc.oneof(points, fc.constant(null)),
      reason: fc.constantFrom(null, 'noisy'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('ExpirePoints' as const) }) },
);

type CommandFields = typeof fields extends fc.Arbitrary<infer A> ? A : never;

const clock = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 1, MINUTE, HOUR) },
  { weight: 1, arbitrary: fc.constantFrom(DAY / 2, DAY, 3 * DAY, 8 * DAY, -1, -HOUR, -DAY) },
);

/** A new command (null), or a repeat of an earlier one: the same or changed, at its own time or now. */
const repeat = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  {
    weight: 1,
    arbitrary: fc.record({ before: small(8), changed: fc.boolean(), now: fc.boolean() }),
  },
);

const historyStep = fc.record({ fields, clock, repeat });

export const commandHistories = (stepsMax = 50): fc.Arbitrary<CommandHistory> =>
  fc
    .record({
      policy: policies,
      steps: fc.array(historyStep, { minLength: 1, maxLength: stepsMax, size: 'max' }),
    })
    .map(({ policy, steps }) => {
      const commands: LedgerCommand[] = [];
      const begun: string[] = [];
      let now = START;
      for (const { fields, clock, repeat } of steps) {
        now += clock;
        const earlier = repeat && commands.at(-1 - repeat.before);
        if (!earlier) commands.push(toCommand(fields, now, commands.length, begun));
        else commands.push(repeatedCommand(earlier, repeat.changed, repeat.now ? now : null));
      }
      return { policy, commands };
    });

/** Settlements and refunds name recently begun consumptions. */
function toCommand(
  fields: CommandFields,
  now: number,
  nth: number,
  begun: string[],
): LedgerCommand {
  const id = `command-${nth}`;
  const sent = {
    userId: USER,
    source: '/history',
    id,
    commandId: testUuid(id),
    digest: nth.toString(16).padStart(64, '0'),
    at: isoTime(now),
  };
  switch (fields.type) {
    case 'RechargePoints': {
      const { lifetime, ...rest } = fields;
      return { ...rest, ...sent, expiresAt: lifetime === null ? null : isoTime(now + lifetime) };
    }
    case 'ConsumePoints':
      begun.push(fields.consumptionId);
      return { ...fields, ...sent, duration: null };
    case 'SettleConsumption':
    case 'RefundPoints': {
      const { recent, ...rest } = fields;
      return { ...rest, ...sent, consumptionId: begun.at(-1 - recent) ?? 'unknown' };
    }
    case 'ExpirePoints':
      return { ...fields, ...sent };
  }
}

function repeatedCommand(
  earlier: LedgerCommand,
  changed: boolean,
  now: number | null,
): LedgerCommand {
  const digest = changed ? `f${earlier.digest.slice(1)}` : earlier.digest;
  return { ...earlier, digest, at: now === null ? earlier.at : isoTime(now) };
}
