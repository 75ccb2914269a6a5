import type { CommandBody } from '#contracts';
import { ON_TIMEOUT, OVERRUNS, REVERSAL_CAUSES, SHORTFALLS, type Business } from '#ledger';
import type { SeededRandom } from '#testing';

/** The ids under which services know what they began for a user, oldest first. */
export interface AccountIds {
  readonly consumptions: string[];
  /** The pre-deductions among them. */
  readonly holds: string[];
  readonly recharges: string[];
}

interface Service {
  readonly dice: SeededRandom;
  readonly user: string;
  /** The id of the command, and the one that the ledger derives from it. */
  readonly id: string;
  readonly commandId: string;
  readonly businesses: readonly Business[];
  readonly ids: AccountIds;
  readonly nowMs: number;
  readonly lifeMsMax: number;
  readonly holdSecondsMax: number;
}

type Data<T extends CommandBody['type']> = Omit<
  Extract<CommandBody, { type: T }>['data'],
  'user_id'
>;

/** A command of any type in the form of rules 2, about what recently began. */
export function bodyOfRules2(service: Service): CommandBody {
  const { dice, user } = service;
  const note = dice.chance(0.1) ? { metadata: { trace: `t${dice.below(100)}` } } : {};
  const anyone = { user_id: user, ...note };
  const kind = dice.below(18);
  if (kind < 4) return { type: 'RechargePoints', data: { ...anyone, ...recharge(service) } };
  if (kind < 8) return { type: 'ConsumePoints', data: { ...anyone, ...consume(service) } };
  if (kind < 11) return { type: 'ExtendConsumption', data: { ...anyone, ...extend(service) } };
  if (kind < 13) return { type: 'SettleConsumption', data: { ...anyone, ...settle(service) } };
  if (kind < 14) return { type: 'RefundPoints', data: { ...anyone, ...refund(service) } };
  if (kind < 16) return { type: 'ReverseRecharge', data: { ...anyone, ...reverse(service) } };
  if (kind < 17) return { type: 'ReinstateRecharge', data: { ...anyone, ...reinstate(service) } };
  return { type: 'ExpirePoints', data: anyone };
}

const points = (dice: SeededRandom): number => 1 + dice.below(200);
const pointsOrAll = (dice: SeededRandom): number | null => (dice.chance(0.5) ? null : points(dice));

/** Mostly one of the newest. */
function recent(dice: SeededRandom, ids: readonly string[]): string {
  const from = dice.chance(0.9) ? Math.max(0, ids.length - 3) : 0;
  return ids[from + dice.below(ids.length - from)] ?? 'unknown';
}

function recharge({ dice, id, commandId, ids, nowMs, lifeMsMax }: Service): Data<'RechargePoints'> {
  const order = `order-${id}`;
  const named = dice.chance(0.1) ? recent(dice, ids.recharges) : order;
  const recharge_id = dice.chance(0.5) ? named : null;
  ids.recharges.push(recharge_id ?? commandId);
  return {
    points: points(dice) * 4,
    expires_at: dice.chance(0.2) ? null : new Date(nowMs + 1 + dice.below(lifeMsMax)).toISOString(),
    priority: dice.below(3),
    source_id: order,
    recharge_id,
  };
}

function consume(service: Service): Data<'ConsumePoints'> {
  const { dice, id, commandId, ids, holdSecondsMax } = service;
  const consumption_id = dice.chance(0.5) ? id : null;
  ids.consumptions.push(consumption_id ?? commandId);
  const isHeld = dice.chance(0.5);
  if (isHeld) ids.holds.push(consumption_id ?? commandId);
  const held = {
    settle_within: 1 + dice.below(holdSecondsMax),
    overrun: dice.chance(0.4) ? dice.pick(OVERRUNS) : null,
    on_timeout: dice.chance(0.4) ? dice.pick(ON_TIMEOUT) : null,
  };
  return {
    ...costOf(service, pick(service)),
    source_id: dice.chance(0.5) ? `task-${id}` : null,
    consumption_id,
    ...(isHeld && held),
  };
}

/** Mostly a business that is known; null: one that is not. */
function pick({ dice, businesses }: Service): Business | null {
  return dice.chance(0.03) ? null : (businesses[dice.below(businesses.length)] ?? null);
}

/** Mostly what the business has: a price for a quantity, or points. */
function costOf({ dice }: Service, business: Business | null): Data<'ConsumePoints'> {
  const source_type = business?.code ?? 'poetry';
  const isPriced = business !== null && business.price !== null;
  const isPointsTold = dice.chance(isPriced ? 0.2 : 0.95);
  const isSecond = (business?.unit === 'second') !== dice.chance(0.05);
  const measured = isPriced || dice.chance(0.2);
  return {
    source_type,
    ...(isPointsTold && { points: points(dice) }),
    ...(measured && (isSecond ? { duration: amount(dice) } : { quantity: amount(dice) })),
  };
}

/** Small enough that most of it can be paid. */
const amount = (dice: SeededRandom): number =>
  dice.chance(0.1) ? dice.pick([0, 0.000001, 10_000_000]) : dice.below(300) / 4;

/** More or something else than the estimate, told or to be priced. */
function cost(dice: SeededRandom): { points?: number; quantity?: number; duration?: number } {
  const kind = dice.below(10);
  if (kind < 5) return { points: points(dice) };
  if (kind < 8) return { quantity: amount(dice) };
  return { duration: amount(dice) };
}

const recentHold = (dice: SeededRandom, { consumptions, holds }: AccountIds): string =>
  recent(dice, dice.chance(0.1) ? consumptions : holds);

const extend = ({ dice, ids, holdSecondsMax }: Service): Data<'ExtendConsumption'> => ({
  consumption_id: recentHold(dice, ids),
  settle_within: 1 + dice.below(holdSecondsMax),
  ...(dice.chance(0.4) && cost(dice)),
});

const settle = ({ dice, ids }: Service): Data<'SettleConsumption'> => ({
  consumption_id: recentHold(dice, ids),
  ...cost(dice),
  overrun: dice.chance(0.2) ? dice.pick(OVERRUNS) : null,
});

const refund = ({ dice, ids }: Service): Data<'RefundPoints'> => ({
  consumption_id: recent(dice, ids.consumptions),
  points: pointsOrAll(dice),
  reason: 'noisy',
});

const reverse = ({ dice, ids }: Service): Data<'ReverseRecharge'> => ({
  recharge_id: recent(dice, ids.recharges),
  points: pointsOrAll(dice),
  cause: dice.pick(REVERSAL_CAUSES),
  shortfall: dice.chance(0.3) ? dice.pick(SHORTFALLS) : null,
});

const reinstate = ({ dice, ids }: Service): Data<'ReinstateRecharge'> => ({
  recharge_id: recent(dice, ids.recharges),
  points: pointsOrAll(dice),
  reason: 'the dispute was won',
});
