import type { Position } from '#event-store';
import { accountLeaf } from '../evidence/merkle-hashes.js';
import type { KnownSettings } from '../checks/known-settings.js';
import type {
  EventSource,
  AccountPartition,
  StoredEvent,
  StreamDamage,
} from '../store/event-source.js';
import { SETTINGS_STREAM, TAKE_OVER_STREAM } from '#ledger';
import { SettingsChecker, type NewestVersion } from '../checks/settings-checker.js';
import { TakeOverChecker } from '../checks/take-over-checker.js';
import { AccountChecker } from '../checks/account-checker.js';
import { Findings, type Damage } from '../checks/findings.js';

export interface AccountPassOptions {
  readonly partition: AccountPartition;
  readonly upTo: Position;
  /** The positions, rising, as of which the leaves of the accounts are computed. */
  readonly cuts: readonly Position[];
  readonly known: KnownSettings;
}

export interface AccountPassResult {
  readonly events: number;
  readonly accounts: number;
  /** Streams damaged by the store's own means, and how many events they still gave. */
  readonly damaged: readonly StreamDamage[];
  readonly eventsOfDamaged: number;
  readonly findings: Findings;
  /** For each cut the sorted leaves of its accounts, concatenated, 32 bytes each. */
  readonly leaves: readonly Buffer[];
  /** The newest version of the settings; null: they are in another partition, or there are none. */
  readonly settings: NewestVersion | null;
  /** How many events were decided under each policy that is not known. */
  readonly unknownPolicies: ReadonlyMap<string, number>;
}

/**
 * Checks the accounts of a partition one after the other: chain, ids, shapes and rules. The settings
 * are anchored as an account is, and checked for what holds for them.
 */
export async function runAccountPass(
  source: EventSource,
  options: AccountPassOptions,
  progress: (events: number) => void,
): Promise<AccountPassResult> {
  const pass = new AccountPass(options);
  const onDamage = (damage: StreamDamage): void => pass.damaged(damage);
  for await (const page of source.accountEvents(options.partition, options.upTo, onDamage)) {
    for (const stored of page) pass.next(stored);
    progress(page.length);
  }
  return pass.end();
}

type Checker = AccountChecker | SettingsChecker | TakeOverChecker;

/** Streams that hold for all accounts are anchored and checked as accounts are, and are none. */
const isOfAll = (stream: string): boolean =>
  stream === SETTINGS_STREAM || stream === TAKE_OVER_STREAM;

class AccountPass {
  readonly #findings = new Findings();
  readonly #leaves: string[][];
  #checker: Checker | null = null;
  /** The newest event of the current account as of each cut. */
  #atCuts: (StoredEvent | null)[] = [];
  #events = 0;
  #accounts = 0;
  #settings: NewestVersion | null = null;
  readonly #unknownPolicies = new Map<string, number>();
  readonly #damaged = new Map<string, StreamDamage>();
  #eventsOfDamaged = 0;
  /** Events of the current account. */
  #eventsOfAccount = 0;

  constructor(private readonly options: AccountPassOptions) {
    this.#leaves = options.cuts.map(() => []);
  }

  damaged(damage: StreamDamage): void {
    this.#damaged.set(damage.stream, damage);
    // Such an account gives no event, by which it would be counted.
    const isAccount = !isOfAll(damage.stream);
    if (isAccount && damage.kind !== 'unreadable' && damage.position === null) this.#accounts += 1;
  }

  next(stored: StoredEvent): void {
    const checker =
      this.#checker?.stream === stored.stream ? this.#checker : this.#begin(stored.stream);
    checker.check(stored);
    this.#events += 1;
    this.#eventsOfAccount += 1;
    for (const [at, cut] of this.options.cuts.entries()) {
      if (stored.position <= cut) this.#atCuts[at] = stored;
    }
  }

  end(): AccountPassResult {
    this.#close();
    return {
      events: this.#events,
      accounts: this.#accounts,
      damaged: [...this.#damaged.values()],
      eventsOfDamaged: this.#eventsOfDamaged,
      findings: this.#findings,
      leaves: this.#leaves.map((leaves) => Buffer.from(leaves.join(''), 'hex')),
      settings: this.#settings,
      unknownPolicies: this.#unknownPolicies,
    };
  }

  #begin(stream: string): Checker {
    this.#close();
    if (!isOfAll(stream)) this.#accounts += 1;
    this.#eventsOfAccount = 0;
    this.#atCuts = this.options.cuts.map(() => null);
    const report = (damage: Damage): void => this.#findings.add(damage);
    this.#checker = this.#checkerOf(stream, report);
    return this.#checker;
  }

  #checkerOf(stream: string, report: (damage: Damage) => void): Checker {
    if (stream === SETTINGS_STREAM) return new SettingsChecker(stream, report);
    if (stream === TAKE_OVER_STREAM) return new TakeOverChecker(stream, report);
    return new AccountChecker(stream, this.options.known, report);
  }

  #countUnknownPolicies({ unknownPolicies }: AccountChecker): void {
    for (const [fingerprint, events] of unknownPolicies) {
      const before = this.#unknownPolicies.get(fingerprint) ?? 0;
      this.#unknownPolicies.set(fingerprint, before + events);
    }
  }

  #close(): void {
    if (this.#checker === null) return;
    this.#checker.finish();
    if (this.#damaged.has(this.#checker.stream)) this.#eventsOfDamaged += this.#eventsOfAccount;
    if (this.#checker instanceof SettingsChecker) this.#settings = this.#checker.newest;
    else if (this.#checker instanceof AccountChecker) this.#countUnknownPolicies(this.#checker);
    for (const [at, stored] of this.#atCuts.entries()) {
      if (stored !== null) this.#leaves[at]?.push(accountLeaf(stored));
    }
    this.#checker = null;
  }
}
