import {
  REMEMBER_EVERYTHING,
  adoptPolicy,
  decide,
  effectiveAt,
  emptyAccount,
  evolve,
  replay,
  type Account,
  type LedgerCommand,
  type LedgerEvent,
} from '#ledger';
import type { SettingsInForce } from '#settings';
import {
  expectDebtsToAddUp,
  expectFewBatches,
  expectSoundDebts,
  expectSoundPrices,
  expectSoundReversals,
} from '../../libs/ledger/src/testing/account-invariants.js';
import { expectEqual } from '../../libs/ledger/src/testing/expect-equal.js';
import { ReferenceAccount } from '../../libs/ledger/src/testing/reference-account.js';
import type { SettingsVersions } from './settings-versions.js';

/**
 * One process without faults that receives each command once, in the order of its partition, and knows
 * all settings.
 */
export class AccountModel {
  readonly #expected: LedgerEvent[] = [];
  readonly #repeats: LedgerCommand[] = [];
  #inForce: SettingsInForce | null = null;
  #account: Account | null = null;
  #used = 0;

  constructor(private readonly settings: SettingsVersions) {}

  /** As it is after the commands. */
  get account(): Account | null {
    return this.#account;
  }

  /**
   * Compares with what was recorded. Returns how many messages had an effect again when they were
   * redelivered, which the rules allow in one case: their id was repeated, answered as a repeat, and then
   * left the idempotency window.
   */
  check(commands: readonly LedgerCommand[], recorded: readonly LedgerEvent[]): number {
    let again = 0;
    const deliverAgain = (): void => {
      for (;;) {
        const next = recorded[this.#expected.length];
        const late = this.#repeats.find(
          (one) =>
            one.commandId === next?.commandId &&
            one.at === next.receivedAt &&
            one.digest === next.digest,
        );
        if (late === undefined || !this.#receive(late)) return;
        again += 1;
      }
    };
    for (const command of commands) {
      deliverAgain();
      this.#receive(command);
    }
    deliverAgain();
    expectEqual(recorded, this.#expected);
    return again;
  }

  /** Whether anything was recorded. */
  #receive(command: LedgerCommand): boolean {
    const { account, terms } = this.#accountFor(command);
    const decision = decide(command, account, terms);
    if (decision.kind === 'repeat') this.#repeats.push(command);
    if (decision.kind !== 'record') return false;
    for (const event of decision.events) evolve(account, event);
    this.#expected.push(...decision.events);
    expectSoundDebts(account);
    expectSoundPrices(decision.events, terms);
    this.#used = expectFewBatches(this.#used, account, { command, terms });
    return true;
  }

  /** What is remembered is asked of the whole history under the policy in force. */
  #accountFor(command: LedgerCommand): SettingsInForce & { readonly account: Account } {
    const inForce = this.settings.at(
      this.#account === null ? command.at : effectiveAt(command, this.#account),
    );
    if (this.#account === null) this.#account = emptyAccount(inForce.policy);
    else if (inForce.stateKey !== this.#inForce?.stateKey) {
      this.#account = replay(this.#expected, REMEMBER_EVERYTHING);
      adoptPolicy(this.#account, inForce.policy);
    }
    this.#inForce = inForce;
    return { ...inForce, account: this.#account };
  }
}

/** So many times at most the whole account is summed up. */
const SUMS_MAX = 500;

/** What the rules say of every history, from the events alone. */
export function expectSoundHistory(events: readonly LedgerEvent[], account: Account | null): void {
  if (account === null) return;
  const reference = new ReferenceAccount(account.policy);
  const every = Math.ceil(events.length / SUMS_MAX);
  for (const [index, event] of events.entries()) {
    reference.apply(event);
    expectEqual(event.balanceAfter < 0, false);
    if (index % every === 0 || index === events.length - 1) expectToAddUp(reference, event);
  }
  expectDebtsToAddUp(events, account);
  expectSoundReversals(events);
}

function expectToAddUp(reference: ReferenceAccount, { balanceAfter }: LedgerEvent): void {
  const { balance, held, consumed, expired, reversed, recharged } = reference;
  expectEqual(balanceAfter, balance);
  expectEqual(recharged, balance + held + consumed + expired + reversed);
}
