import { forkBooks, type Account, type Books } from './state.js';
import { changeBooks } from './apply.js';
import type { LedgerCommand } from './commands.js';
import type { LedgerEvent } from './events.js';
import type { Policy } from './policy.js';
import { msOf } from '../support/time.js';

/** What a rule says of an event; when, for which command and with what balance is the docket's. */
export type Own<E extends LedgerEvent> = E extends LedgerEvent
  ? Omit<E, 'at' | 'receivedAt' | 'commandId' | 'digest' | 'balanceAfter'>
  : never;

/** What one command makes happen, event by event, and the account as it is after each of them. */
export class Docket {
  readonly events: LedgerEvent[] = [];
  readonly atMs: number;
  readonly #account: Account;
  #fork: Books | null = null;
  #followed = 0;
  #balance: number;

  constructor(
    readonly command: LedgerCommand,
    /** The moment that counts: never before what has happened. */
    readonly at: string,
    account: Account,
  ) {
    this.#account = account;
    this.#balance = account.balance;
    this.atMs = at === account.at ? account.atMs : msOf(at);
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
  get books(): Readonly<Books> {
    if (this.#followed === this.events.length) return this.#fork ?? this.#account;
    this.#fork ??= forkBooks(this.#account);
    while (this.#followed < this.events.length) {
      changeBooks(this.#fork, this.events[this.#followed++] as LedgerEvent);
    }
    return this.#fork;
  }

  record(event: Own<LedgerEvent>, balanceChange: number): void {
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
