import { forkState, type Account, type AccountState } from './state.js';
import { applyEvent } from './apply.js';
import type { LedgerCommand } from './commands.js';
import type { LedgerEvent } from './events.js';
import type { Policy } from './policy.js';
import { epochMs } from '../support/time.js';

/** What a rule says of an event; when, for which command and with what balance is the docket's. */
export type EventBody<E extends LedgerEvent> = E extends LedgerEvent
  ? Omit<E, 'at' | 'receivedAt' | 'commandId' | 'digest' | 'balanceAfter'>
  : never;

/** What one command makes happen, event by event, and the account as it is after each of them. */
export class PendingEvents {
  readonly events: LedgerEvent[] = [];
  readonly atMs: number;
  readonly #account: Account;
  #state: AccountState | null = null;
  #appliedCount = 0;
  #balance: number;

  constructor(
    readonly command: LedgerCommand,
    /** The moment that counts: never before what has happened. */
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

  /** Of the event that is recorded next. */
  get nextRevision(): number {
    return this.#account.revision + 1 + this.events.length;
  }

  get balance(): number {
    return this.#balance;
  }

  /** After everything recorded so far. The account itself is left alone: it is copied when need be. */
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
    // The spread stands last: before the others, V8 builds such an object ten times as slowly.
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
