import { forkState, type Account, type AccountState } from './state.js';
import { applyEvent } from './apply.js';
import type { LedgerCommand } from './commands.js';
import { consumedEvent } from './consumed-event.js';
import type { AccountEvent, CommonFields } from './events.js';
import type { Rules, Terms } from './rules.js';
import type { Business } from '../settings/business.js';
import type { AccountPolicy } from '../settings/policy.js';
import { epochMs } from '../support/time.js';

/** The fields of an event that a rule decides. The fields common to all events are filled in here. */
export type EventBody<E extends AccountEvent> = E extends AccountEvent
  ? Omit<E, keyof CommonFields>
  : never;

/** The events that one command has produced so far, and the account as it is after them. */
export class PendingEvents {
  readonly events: AccountEvent[] = [];
  readonly atMs: number;
  readonly #account: Account;
  #state: AccountState | null = null;
  #appliedCount = 0;
  #balance: number;
  #owed: number;

  constructor(
    readonly command: LedgerCommand,
    /** The time of all its events: never earlier than the last event of the account. */
    readonly at: string,
    account: Account,
    readonly terms: Terms,
  ) {
    this.#account = account;
    this.#balance = account.balance;
    this.#owed = account.owed;
    this.atMs = at === account.at ? account.atMs : epochMs(at);
  }

  get policy(): AccountPolicy {
    return this.#account.policy;
  }

  get rules(): Rules {
    return this.terms.rules;
  }

  /** The business of that code under the settings in force; undefined: there is none. */
  business(code: string): Business | undefined {
    return this.terms.businesses.get(code);
  }

  /** The revision that the next event will have. */
  get nextRevision(): number {
    return this.#account.revision + 1 + this.events.length;
  }

  get balance(): number {
    return this.#balance;
  }

  get owed(): number {
    return this.#owed;
  }

  /** The state after everything recorded so far. The account itself is never changed, but forked. */
  get state(): Readonly<AccountState> {
    if (this.#appliedCount === this.events.length) return this.#state ?? this.#account;
    this.#state ??= forkState(this.#account);
    while (this.#appliedCount < this.events.length) {
      applyEvent(this.#state, this.events[this.#appliedCount++] as AccountEvent);
    }
    return this.#state;
  }

  record(event: EventBody<AccountEvent>, balanceChange: number, owedChange = 0): void {
    this.#balance += balanceChange;
    this.#owed += owedChange;
    const { command, at } = this;
    const { at: receivedAt, commandId, digest } = command;
    const balanceAfter = this.#balance;
    const owedAfter = this.terms.rules.owedAfter(this.#owed);
    // V8 adds properties behind a spread ten times as slowly, so that it comes last.
    const common = { at, receivedAt, commandId, digest, balanceAfter, owedAfter };
    this.events.push(
      event.type === 'PointsConsumed'
        ? consumedEvent(common, event)
        : { at, receivedAt, commandId, digest, balanceAfter, owedAfter, ...event },
    );
  }
}
