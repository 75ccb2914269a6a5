import fc from 'fast-check';
import { testUuid, USER } from './command-builders.js';
import { EPISODES_OF_DEBTORS, FIELDS, type CommandFields } from './arbitrary-commands.js';
import { toRules1Fields } from './rules-1-fields.js';
import type { LedgerCommand } from '../account/commands.js';
import type { Business, Price } from '../settings/business.js';
import { DEFAULT_SETTINGS_POLICY, OVERRUNS, type SettingsPolicy } from '../settings/policy.js';
import { BEGINNING_OF_TIME, FIRST_BUSINESSES, type Settings } from '../settings/settings.js';
import { PRICED_BUSINESSES } from './priced-businesses.js';
import { settingsInForce } from './settings-in-force.js';
import { isoTime } from '../support/time.js';

// Random histories of one account: commands of every type whose times stand still, jump and run
// backwards, whose ids are repeated, and whose consumptions share ids.

export interface CommandHistory {
  readonly policy: SettingsPolicy;
  /** Rules 1, rules 2, or rules 2 from somewhere in the middle on. */
  readonly settings: readonly Settings[];
  readonly commands: readonly LedgerCommand[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2030, 0, 1, 12);

const DEFAULT = DEFAULT_SETTINGS_POLICY[2];

const TINY_POLICY: SettingsPolicy = {
  refundableDays: 3,
  consumptionsMax: 3,
  refundGraceDays: 1,
  rememberDays: 1,
  rememberMin: 2,
  rememberMax: 6,
  batchesMax: 5,
  openDrawsMax: 5,
  overrun: 'owe',
  owedMax: 60,
  debtsMax: 2,
  rechargesMax: 2,
  openMax: 3,
};

const small = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });

const policies: fc.Arbitrary<SettingsPolicy> = fc.oneof(
  fc.constant(DEFAULT),
  fc.constant({ ...DEFAULT, refundGraceDays: 0 }),
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
      overrun: fc.constantFrom(...OVERRUNS),
      owedMax: fc.constantFrom(0, 20, 1_000_000),
      debtsMax: small(3),
      rechargesMax: small(4),
      openMax: small(4),
    })
    .map(({ more, ...policy }) => ({ ...policy, rememberMax: policy.rememberMin + more })),
);

/** When rules 2 come into force. */
const switches = fc.oneof(
  { weight: 2, arbitrary: fc.constant('never' as const) },
  { weight: 4, arbitrary: fc.constant('always' as const) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 40 }).map((hours) => hours * 2 * HOUR) },
);

type Switch = typeof switches extends fc.Arbitrary<infer A> ? A : never;

function settingsOf(policy: SettingsPolicy, switched: Switch): readonly Settings[] {
  const notices = { lowBalance: [], expiringSoonDays: [] };
  const rules1: Settings = {
    version: 1,
    from: BEGINNING_OF_TIME,
    rules: 1,
    policy,
    businesses: FIRST_BUSINESSES,
    notices,
  };
  if (switched === 'never') return [rules1];
  const businesses = [...FIRST_BUSINESSES, ...PRICED_BUSINESSES];
  const rules2: Settings = { ...rules1, rules: 2, businesses };
  if (switched === 'always') return [rules2];
  return [rules1, { ...rules2, version: 2, from: isoTime(START + switched) }];
}

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

type Repeat = typeof repeat extends fc.Arbitrary<infer A> ? A : never;

const stepsOfAnyone = (stepsMax: number) =>
  fc.array(fc.record({ fields: FIELDS, clock, repeat }), {
    minLength: 1,
    maxLength: stepsMax,
    size: 'max',
  });

interface HistoryStep {
  readonly fields: CommandFields;
  readonly clock: number;
  readonly repeat: Repeat;
}

function historyOf(
  policy: SettingsPolicy,
  settings: readonly Settings[],
  steps: readonly HistoryStep[],
): CommandHistory {
  const builder = new CommandBuilder();
  for (const { fields, clock, repeat } of steps) {
    builder.now += clock;
    const at = isoTime(builder.now);
    const isRules1 = (settingsInForce(settings, at)?.rules ?? 1) === 1;
    if (repeat !== null && builder.repeat(repeat)) continue;
    builder.add(isRules1 ? toRules1Fields(fields) : fields);
  }
  return { policy, settings, commands: builder.commands };
}

const STEPS_MAX = 50;

export const commandHistories = (stepsMax = STEPS_MAX): fc.Arbitrary<CommandHistory> =>
  fc
    .record({ policy: policies, switched: switches, steps: stepsOfAnyone(stepsMax) })
    .map(({ policy, switched, steps }) => historyOf(policy, settingsOf(policy, switched), steps));

/** Low limits that are reached, for those who owe. */
const policiesOfDebtors: fc.Arbitrary<SettingsPolicy> = fc
  .record({
    consumptionsMax: fc.constantFrom(0, 1, 20_000),
    refundGraceDays: fc.constantFrom(0, 1, 7),
    batchesMax: fc.constantFrom(1, 2, 3, 1_000),
    openDrawsMax: fc.constantFrom(3, 6, 500),
    overrun: fc.constantFrom('owe' as const, 'owe' as const, ...OVERRUNS),
    owedMax: fc.constantFrom(20, 60, 1_000_000),
    debtsMax: fc.constantFrom(1, 2, 1_000),
    rechargesMax: fc.constantFrom(0, 1, 2_000),
  })
  .map((limits) => ({ ...DEFAULT, ...limits }));

/** Time passes within an episode only where the next one begins. */
const episodesOfDebtors = fc.array(
  fc.record({ episode: EPISODES_OF_DEBTORS, clock, repeat }).map(({ episode, clock, repeat }) =>
    episode.map((fields, place): HistoryStep => {
      const isFirst = place === 0;
      return { fields, clock: isFirst ? clock : 1, repeat: isFirst ? repeat : null };
    }),
  ),
  { minLength: 1, maxLength: STEPS_MAX, size: 'max' },
);

/** Of accounts that owe, under rules 2, while prices change on the way. */
export const historiesOfDebtors = (stepsMax = STEPS_MAX): fc.Arbitrary<CommandHistory> =>
  fc
    .record({
      policy: policiesOfDebtors,
      hours: fc.integer({ min: 1, max: 24 }),
      episodes: episodesOfDebtors,
    })
    .map(({ policy, hours, episodes }) => {
      const [first] = settingsOf(policy, 'always') as readonly [Settings];
      const from = isoTime(START + hours * HOUR);
      const second = { ...first, version: 2, businesses: repriced(first), from };
      return historyOf(policy, [first, second], episodes.flat().slice(0, stepsMax));
    });

/** What rules 1 don't know can change: here every price does. */
const repriced = ({ rules, businesses }: Settings): readonly Business[] =>
  rules === 1
    ? businesses
    : businesses.map((business) => ({ ...business, price: business.price && OTHER_PRICE }));

const OTHER_PRICE: Price = { points: '1.7', per: '1', step: null, minimum: 2, rounding: 'up' };

/** The same, but from somewhere in the middle on other limits and prices are in force. */
export const historiesOfChangingPolicy = (): fc.Arbitrary<CommandHistory> =>
  fc
    .record({ history: commandHistories(), next: policies, hours: fc.integer({ min: 1, max: 60 }) })
    .map(({ history, next, hours }) => {
      const before = history.settings.at(-1) as Settings;
      const from = Math.max(START, Date.parse(before.from)) + hours * HOUR;
      const changed = {
        ...before,
        version: before.version + 1,
        policy: next,
        businesses: repriced(before),
        from: isoTime(from),
      };
      return { ...history, settings: [...history.settings, changed] };
    });

/** Settlements, refunds and reversals name what recently began. */
class CommandBuilder {
  readonly commands: LedgerCommand[] = [];
  now = START;
  readonly #begun: string[] = [];
  readonly #recharged: string[] = [];

  /** False where there is no such earlier command. */
  repeat({ before, changed, now }: NonNullable<Repeat>): boolean {
    const earlier = this.commands.at(-1 - before);
    if (earlier === undefined) return false;
    this.commands.push(repeatedCommand(earlier, changed, now ? this.now : null));
    return true;
  }

  add(fields: CommandFields): void {
    const id = `command-${this.commands.length}`;
    this.commands.push(this.#toCommand(fields, id));
  }

  #toCommand(fields: CommandFields, id: string): LedgerCommand {
    const commandId = testUuid(id);
    const sent = {
      userId: USER,
      source: '/history',
      id,
      commandId,
      digest: this.commands.length.toString(16).padStart(64, '0'),
      at: isoTime(this.now),
    };
    switch (fields.type) {
      case 'RechargePoints': {
        const { lifetime, ...rest } = fields;
        this.#recharged.push(fields.rechargeId ?? commandId);
        const expiresAt = lifetime === null ? null : isoTime(this.now + lifetime);
        return { ...rest, ...sent, expiresAt };
      }
      case 'ConsumePoints':
        this.#begun.push(fields.consumptionId ?? commandId);
        return { ...fields, ...sent };
      case 'ExtendConsumption':
      case 'SettleConsumption':
      case 'RefundPoints': {
        const { recent, ...rest } = fields;
        return { ...rest, ...sent, consumptionId: this.#begun.at(-1 - recent) ?? 'unknown' };
      }
      case 'ReverseRecharge':
      case 'ReinstateRecharge': {
        const { recent, ...rest } = fields;
        return { ...rest, ...sent, rechargeId: this.#recharged.at(-1 - recent) ?? 'unknown' };
      }
      case 'ExpirePoints':
        return { ...fields, ...sent };
    }
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
