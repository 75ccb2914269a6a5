import { PUBLISHED_AHEAD_SECONDS } from './settings.js';
import { plusSeconds } from '../support/time.js';

// While accounts are taken over from another service, nobody without a stream begins one here: its user
// may have points there. All processes know that from the same moment on, as they know the settings.

export const TAKE_OVER_STREAM = 'ledger-takeover';

/** It would take more than an append can. */
const ACCOUNTS_LEFT_MAX = 100_000;

export type TakeOverEvent = TakeOverStarted | TakeOverFinished;

export interface TakeOverStarted {
  readonly type: 'TakeOverStarted';
  readonly importId: string;
  /** How the old tables are read. Started again, it is another one. */
  readonly mapping: object;
  readonly from: string;
  readonly at: string;
  readonly by: string;
}

/** An account that stays with the old service, and the points it has there. */
export interface AccountLeft {
  readonly userId: string;
  readonly points: number;
}

export interface TakeOverFinished {
  readonly type: 'TakeOverFinished';
  readonly importId: string;
  readonly left: readonly AccountLeft[];
  readonly at: string;
  readonly by: string;
}

/** A take-over that began, and when it is on. */
export interface TakeOverPeriod {
  readonly importId: string;
  readonly from: string;
  /** null: it is not finished. */
  readonly until: string | null;
}

/** The periods after one more event, or why it can't follow them. */
export function periodsAfter(
  periods: readonly TakeOverPeriod[],
  event: TakeOverEvent,
): readonly TakeOverPeriod[] | string {
  const last = periods.at(-1);
  const current = last?.until === null ? last : undefined;
  const { importId } = event;
  if (current !== undefined && current.importId !== importId) {
    return `the take-over ${current.importId} is not finished`;
  }
  if (event.type === 'TakeOverFinished') {
    if (current === undefined) return `the take-over ${importId} is not on`;
    if (event.left.length > ACCOUNTS_LEFT_MAX)
      return `more than ${ACCOUNTS_LEFT_MAX} accounts stay`;
    return [...periods.slice(0, -1), { ...current, until: event.at }];
  }
  if (event.from < plusSeconds(event.at, PUBLISHED_AHEAD_SECONDS)) {
    return `it begins less than ${PUBLISHED_AHEAD_SECONDS / 60} minutes after it is said`;
  }
  if (current !== undefined) return periods;
  if (periods.some((period) => period.importId === importId)) {
    return `the take-over ${importId} is finished`;
  }
  return [...periods, { importId, from: event.from, until: null }];
}

export const isTakeOverOn = (periods: readonly TakeOverPeriod[], moment: string): boolean =>
  periods.some(({ from, until }) => from <= moment && (until === null || moment < until));
