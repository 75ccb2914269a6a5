import { emptyAccount, type Account } from '../account/state.js';
import type { LedgerCommand } from '../account/commands.js';
import { decide, type Decision } from '../account/decide.js';
import type { LedgerEvent } from '../account/events.js';
import { evolve } from '../account/evolve.js';
import type { CommandHistory } from './arbitrary-histories.js';

/** One command of a story, what was decided, and what had happened before. */
export interface HistoryStep {
  readonly command: LedgerCommand;
  readonly decision: Decision;
  readonly before: readonly LedgerEvent[];
  readonly events: readonly LedgerEvent[];
}

export interface HistoryObserver {
  /** The account as it is before the command. */
  readonly before?: (
    account: Account,
    command: LedgerCommand,
    history: readonly LedgerEvent[],
  ) => void;
  /** … and once all of it has happened. */
  readonly after?: (account: Account, steps: HistoryStep) => void;
}

/** Runs a story, and shows every step of it. */
export function runHistory(
  { policy, commands }: CommandHistory,
  { before, after }: HistoryObserver = {},
): {
  readonly account: Account;
  readonly history: readonly LedgerEvent[];
  readonly steps: readonly HistoryStep[];
} {
  const account = emptyAccount(policy);
  const history: LedgerEvent[] = [];
  const steps: HistoryStep[] = [];
  for (const command of commands) {
    before?.(account, command, history);
    const decision = decide(command, account);
    const events = decision.kind === 'record' ? decision.events : [];
    const one: HistoryStep = { command, decision, before: history.slice(), events };
    for (const event of events) evolve(account, event);
    history.push(...events);
    steps.push(one);
    after?.(account, one);
  }
  return { account, history, steps };
}
