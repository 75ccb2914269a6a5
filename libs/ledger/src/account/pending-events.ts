import { forkState, type Account, type AccountState } from './state.js';
import { applyEvent } from './apply.js';
import type { LedgerCommand } from './commands.js';
import type { LedgerEvent } from './events.js';
import type { Policy } from './policy.js';
import { epochMs } from '../support/time.js';

/** The fields of an event that a rule decides. The fields common to all events are filled in here. */
export type EventBody<E extends LedgerEvent> = E extends LedgerEvent
  ? Omit<E, 'at' | 'receivedAt' | 'commandId' | 'digest' | 'balanceAfter'>
  : never;

/** The events that one command has produced so far, and the account as it is after them. */
export class PendingEvents {
  readonly events: LedgerEvent[] = [];
  readonly atMs: number;
  readonly #account: Account;
  #state: AccountState | null = null;
  #appliedCount = 0;
  #balance: number;

  constructor(
    readonly command: LedgerCommand,
    /** The time of all its events: never earlier than the last event of the account. */
    readonly at: string,
    account: Account,
  ) {
    this.#account = account;
    this.#balance = account.balance;
    this.atMs = at === account.at ? account.atMs : epochMs(at);
  }

  get policy(): Policy {
    return this.#account.policy;
  }

  /** The revision that the next event will have. */
  get nextRevision(): number {
    return this.#account.revision + 1 + this.events.length;
  }

  get balance(): number {
    return this.#balance;
  }

  /** The state after everything recorded so far. The account itself is never changed, but forked. */
  get state(): Readonly<AccountState> {
    if (this.#appliedCount === this.events.length) return this.#state ?? this.#account;
    this.#state ??= forkState(this.#account);
    while (this.#appliedCount < this.events.length) {
      applyEvent(this.#state, this.events[this.#appliedCount++] as LedgerEvent);
    }
    return this.#state;
  }

  record(event: EventBody<LedgerEvent>, balanceChange: number): void {
    this.#balance += balanceChange;
    // The spread comes last: V8 adds properties behind a spread ten times as slowly.
    this.events.push({
      at: this.at,
      receivedAt: this.command.at,
      commandId: this.command.commandId,
      digest: this.command.digest,
      balanceAfter: this.#balance,
      ...event,
    });
  }
}
