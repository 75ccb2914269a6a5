import { emptyAccount, type Account } from '../account/state.js';
import type { LedgerCommand } from '../account/commands.js';
import { decide, type Decision } from '../account/decide.js';
import type { LedgerEvent } from '../account/events.js';
import { evolve } from '../account/evolve.js';
import type { Story } from './arbitrary-histories.js';

/** One command of a story, what was decided, and what had happened before. */
export interface Told {
  readonly command: LedgerCommand;
  readonly decision: Decision;
  readonly before: readonly LedgerEvent[];
  readonly events: readonly LedgerEvent[];
}

export interface Witness {
  /** The account as it is before the command. */
  readonly before?: (
    account: Account,
    command: LedgerCommand,
    history: readonly LedgerEvent[],
  ) => void;
  /** … and once all of it has happened. */
  readonly after?: (account: Account, told: Told) => void;
}

/** Runs a story, and shows every step of it. */
export function tell(
  { policy, commands }: Story,
  { before, after }: Witness = {},
): {
  readonly account: Account;
  readonly history: readonly LedgerEvent[];
  readonly told: readonly Told[];
} {
  const account = emptyAccount(policy);
  const history: LedgerEvent[] = [];
  const told: Told[] = [];
  for (const command of commands) {
    before?.(account, command, history);
    const decision = decide(command, account);
    const events = decision.kind === 'record' ? decision.events : [];
    const one: Told = { command, decision, before: history.slice(), events };
    for (const event of events) evolve(account, event);
    history.push(...events);
    told.push(one);
    after?.(account, one);
  }
  return { account, history, told };
}
