import { emptyAccount, type Account } from '../account/state.js';
import type { LedgerCommand } from '../account/commands.js';
import { decide, type Decision } from '../account/decide.js';
import type { LedgerEvent } from '../account/events.js';
import { evolve } from '../account/evolve.js';
import type { CommandHistory } from './arbitrary-histories.js';

/** One command of a history, its decision, and the events before it. */
export interface HistoryStep {
  readonly command: LedgerCommand;
  readonly decision: Decision;
  readonly before: readonly LedgerEvent[];
  readonly events: readonly LedgerEvent[];
}

export interface HistoryObserver {
  /** Called before the command is decided. */
  readonly before?: (
    account: Account,
    command: LedgerCommand,
    history: readonly LedgerEvent[],
  ) => void;
  /** Called after its events were applied. */
  readonly after?: (account: Account, steps: HistoryStep) => void;
}

/** Runs all commands of a history and returns every step. */
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
