import type { OnTimeout } from '../account/commands.js';
import type {
  AccountEvent,
  CommandRefused,
  CommonFields,
  ConsumptionExtended,
  ConsumptionSettled,
  Draw,
  PointsConsumed,
  PointsExpired,
  PointsRecharged,
  PointsRefunded,
  RefundCause,
  Return,
} from '../account/events.js';
import { BUSINESSES, type SourceType } from '../settings/businesses.js';
import type { FrozenPrice } from '../settings/business.js';
import type { Overrun } from '../settings/policy.js';
import type { RefusalCode, RefusalDetails } from '../account/refusals.js';

// Builders of given and expected events. The scenario fills in the time, the command and the balance.
// Times can be written short.

export type EventBody<E> = E extends AccountEvent ? Omit<E, keyof CommonFields> : never;

export type EventInput = EventBody<AccountEvent> & { readonly at?: string };

/** `2030-01-01`, `2030-01-01 12:30` or `2030-01-01 12:30:00.001` in full. */
export function time(short: string): string {
  if (short.endsWith('Z')) return short;
  const [day, clock = ''] = short.split(' ');
  return `${day}T${clock}${'00:00:00.000'.slice(clock.length)}Z`;
}

export const timeOrNull = (short: string | null | undefined): string | null =>
  typeof short === 'string' ? time(short) : null;

/** A given event at another time than MORNING. */
export const happenedAt = (moment: string, happening: EventInput): EventInput => ({
  ...happening,
  at: time(moment),
});

/** Stands for the id of a recharge that its command did not name. */
export const OWN_ID = '(the id of the command)';

export const labelOf = (sourceType: string): string =>
  BUSINESSES[sourceType as SourceType]?.label ?? `【${sourceType}】`;

interface BatchOptions {
  readonly expiresAt?: string | null;
  readonly priority?: number;
  readonly sourceId?: string | null;
  readonly rechargeId?: string;
}

export const recharged = (
  batchId: number,
  points: number,
  { expiresAt, priority = 50, sourceId = null, rechargeId = OWN_ID }: BatchOptions = {},
): EventBody<PointsRecharged> => ({
  type: 'PointsRecharged',
  batchId,
  points,
  expiresAt: timeOrNull(expiresAt),
  priority,
  sourceId,
  rechargeId,
});

export interface WorkOptions {
  readonly consumptionId?: string;
  readonly sourceType?: string;
  readonly label?: string;
  readonly sourceId?: string | null;
}

interface ConsumedOptions extends WorkOptions {
  readonly of?: number | null;
  readonly duration?: number | null;
  readonly settleBy?: string | null;
  readonly quantity?: number | null;
  readonly price?: FrozenPrice | null;
  readonly priced?: boolean;
  readonly overrun?: Overrun | null;
  readonly onTimeout?: OnTimeout | null;
}

export const sum = (parts: readonly { readonly points: number }[]): number =>
  parts.reduce((total, { points }) => total + points, 0);

export const consumed = (
  draws: readonly Draw[],
  {
    consumptionId = 'work',
    sourceType = 'script',
    sourceId = null,
    label = labelOf(sourceType),
    of = null,
    duration = null,
    settleBy,
    quantity = null,
    price = null,
    priced = false,
    overrun = null,
    onTimeout = null,
  }: ConsumedOptions = {},
): EventBody<PointsConsumed> => ({
  type: 'PointsConsumed',
  consumptionId,
  of,
  sourceType,
  sourceId,
  points: sum(draws),
  draws,
  duration,
  settleBy: timeOrNull(settleBy),
  label,
  quantity,
  price,
  priced,
  overrun,
  onTimeout,
});

/** A pre-deduction as rules 2 begin it where nothing else is said. */
export const HELD = { overrun: 'owe', onTimeout: 'return' } as const;

export const extended = (
  of: number,
  settleBy: string,
  estimated: number,
  {
    consumptionId = 'work',
    quantity = null,
  }: { consumptionId?: string; quantity?: number | null } = {},
): EventBody<ConsumptionExtended> => ({
  type: 'ConsumptionExtended',
  consumptionId,
  of,
  settleBy: time(settleBy),
  estimated,
  quantity,
});

interface SettledOptions {
  readonly consumptionId?: string;
  readonly duration?: number | null;
  readonly durationOf?: number | null;
  readonly owed?: number;
  readonly uncollected?: number;
  readonly quantity?: number | null;
  readonly cause?: ConsumptionSettled['cause'];
}

/** By default `durationOf` is the event that began the consumption. */
export const settled = (
  of: number,
  estimated: number,
  actual: number,
  {
    consumptionId = 'work',
    duration = null,
    durationOf = of,
    owed = 0,
    uncollected = 0,
    quantity = null,
    cause = 'settled',
  }: SettledOptions = {},
): EventBody<ConsumptionSettled> => ({
  type: 'ConsumptionSettled',
  consumptionId,
  of,
  estimated,
  actual,
  duration,
  durationOf,
  charged: actual - owed - uncollected,
  owed,
  uncollected,
  quantity,
  cause,
});

interface RefundedOptions extends WorkOptions {
  readonly reason?: string | null;
}

export const returnOf = (
  from: number,
  points: number,
  into = from,
  expiresAt: string | null = null,
): Return => ({ from, into, points, expiresAt: timeOrNull(expiresAt) });

export const refunded = (
  of: number,
  cause: RefundCause,
  returns: readonly Return[],
  {
    consumptionId = 'work',
    sourceType = 'script',
    sourceId = null,
    label = labelOf(sourceType),
    reason = null,
  }: RefundedOptions = {},
): EventBody<PointsRefunded> => ({
  type: 'PointsRefunded',
  consumptionId,
  of,
  sourceType,
  sourceId,
  points: sum(returns),
  returns,
  cause,
  reason,
  label,
});

export const expired = (
  batchId: number,
  points: number,
  expiredAt: string,
): EventBody<PointsExpired> => ({
  type: 'PointsExpired',
  batchId,
  points,
  expiredAt: time(expiredAt),
});

/** The scenario fills in the type of the command. */
export const refused = (
  code: RefusalCode,
  details: RefusalDetails = {},
): EventBody<CommandRefused> => ({
  type: 'CommandRefused',
  commandType: 'ExpirePoints',
  code,
  details,
});
