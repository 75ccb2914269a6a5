import { emptyAccount, type Account } from '../account/state.js';
import type { LedgerCommand } from '../account/commands.js';
import { decide, effectiveAt, type Decision } from '../account/decide.js';
import type { LedgerEvent } from '../account/events.js';
import { adoptPolicy, evolve, replay } from '../account/evolve.js';
import { TERMS_OF_RULES_1 } from '../account/rules-1.js';
import type { Terms } from '../account/rules.js';
import { termsOf } from '../account/terms.js';
import { REMEMBER_EVERYTHING, type AccountPolicy } from '../settings/policy.js';
import type { CommandHistory } from './arbitrary-histories.js';
import { settingsInForce } from './settings-in-force.js';

/** One command of a history, its decision, and the events before it. */
export interface HistoryStep {
  readonly command: LedgerCommand;
  readonly decision: Decision;
  readonly before: readonly LedgerEvent[];
  readonly events: readonly LedgerEvent[];
  readonly terms: Terms;
}

export interface HistoryObserver {
  /** Called before the command is decided. */
  readonly before?: (
    account: Account,
    command: LedgerCommand,
    history: readonly LedgerEvent[],
    terms: Terms,
  ) => void;
  /** Called after its events were applied. */
  readonly after?: (account: Account, steps: HistoryStep) => void;
}

/** Runs all commands of a history and returns every step. */
export function runHistory(
  { policy, settings, commands }: CommandHistory,
  { before, after }: HistoryObserver = {},
): {
  readonly account: Account;
  readonly history: readonly LedgerEvent[];
  readonly steps: readonly HistoryStep[];
} {
  let account = emptyAccount(policy);
  const history: LedgerEvent[] = [];
  const steps: HistoryStep[] = [];
  const allTerms = new Map(settings.map((version) => [version, termsOf(version)]));
  for (const command of commands) {
    const inForce = settingsInForce(settings, effectiveAt(command, account));
    const terms = (inForce && allTerms.get(inForce)) ?? TERMS_OF_RULES_1;
    if (inForce !== null && inForce.policy !== account.policy) {
      account = loadAccount(history, inForce.policy);
    }
    before?.(account, command, history, terms);
    const decision = decide(command, account, terms);
    const events = decision.kind === 'record' ? decision.events : [];
    const one: HistoryStep = { command, decision, before: history.slice(), events, terms };
    for (const event of events) evolve(account, event);
    history.push(...events);
    steps.push(one);
    after?.(account, one);
  }
  return { account, history, steps };
}

/** What is remembered is asked of the whole stream under the policy in force. */
export function loadAccount(history: readonly LedgerEvent[], policy: AccountPolicy): Account {
  const account = replay(history, REMEMBER_EVERYTHING);
  adoptPolicy(account, policy);
  return account;
}
