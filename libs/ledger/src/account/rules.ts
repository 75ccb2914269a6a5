import type { OnTimeout } from './commands.js';
import type { Refusal } from './refusals.js';
import type { AccountState, Hold } from './state.js';
import type { Return } from './events.js';
import type { Business } from '../settings/business.js';
import type { AccountPolicy, Overrun } from '../settings/policy.js';
import type { RulesNumber } from '../settings/settings.js';

/** The account, once everything is recorded that stands before the command's own events. */
export interface Situation {
  readonly at: string;
  readonly policy: AccountPolicy;
  readonly state: Readonly<AccountState>;
}

/** What comes back by a refund of what is closed, or by a reinstatement. */
export interface ComingBack {
  readonly returns: readonly Return[];
  /** What is forgiven or waived before. */
  readonly before: number;
}

/**
 * Everything in which rules 2 differ from rules 1, but for the ids of unnamed consumptions, which
 * answers need too. All that is not here is the same by both.
 */
export interface Rules {
  readonly number: RulesNumber;

  /** What an event says of the debts of the account. */
  owedAfter(owed: number): number | null;

  /** The quantity that an event notes. */
  quantityNoted(quantity: number | null): number | null;

  /** What an event says of a pre-deduction that named those. */
  holdOptions(
    overrun: Overrun | null,
    onTimeout: OnTimeout | null,
  ): { readonly overrun: Overrun | null; readonly onTimeout: OnTimeout | null };

  /** What happens where a settlement costs more than the balance. */
  overrunOf(named: Overrun | null, hold: Hold | null): Overrun;

  /** How much of what an account can't pay becomes a debt; `of`: of the consumption or recharge. */
  owable(points: number, of: number, state: Readonly<AccountState>): number;

  insufficientPoints(asked: number, state: Pick<AccountState, 'balance' | 'owed'>): Refusal;

  /** Whether no further pre-deduction can be opened. */
  hasTooManyOpen(situation: Situation): boolean;

  /** The batches that count when another is to come in. */
  countBatches(state: Readonly<AccountState>): number;

  /** Why a recharge can't have that id. */
  rechargeIdRefusal(situation: Situation, rechargeId: string): Refusal | null;

  /** Why so much can't come back at once. */
  comingBackRefusal(situation: Situation, comingBack: ComingBack): Refusal | null;
}

/** The settings that a command is decided by, besides the policy that the account keeps. */
export interface Terms {
  /** The version of the settings; null: there are none yet. */
  readonly settings: number | null;
  readonly rules: Rules;
  readonly businesses: ReadonlyMap<string, Business>;
}
