import type { Position } from '#event-store';
import { accountLeaf } from '../evidence/merkle-hashes.js';
import type { KnownPolicies } from '../checks/known-policies.js';
import type {
  EventSource,
  AccountPartition,
  StoredEvent,
  StreamDamage,
} from '../store/event-source.js';
import { AccountChecker } from '../checks/account-checker.js';
import { Findings } from '../checks/findings.js';

export interface AccountsWork {
  readonly part: AccountPartition;
  readonly upTo: Position;
  /** Positions at which the accounts' leaves are wanted, rising. */
  readonly cuts: readonly Position[];
  readonly policies: KnownPolicies;
}

export interface AccountsFound {
  readonly events: number;
  readonly accounts: number;
  /** Accounts whose streams somebody has damaged, and the events that these gave all the same. */
  readonly damaged: readonly StreamDamage[];
  readonly eventsOfDamaged: number;
  readonly findings: Findings;
  /** For each cut the leaves of the accounts that there were, sorted, one hash of 32 bytes behind the other. */
  readonly leaves: readonly Buffer[];
  /** How many events were decided under policies that are not known. */
  readonly unknownPolicies: ReadonlyMap<string, number>;
}

/** Goes through a part of the accounts, one after the other: chain, ids, shapes and rules. */
export async function passByAccount(
  source: EventSource,
  work: AccountsWork,
  progress: (events: number) => void,
): Promise<AccountsFound> {
  const pass = new AccountsPass(work);
  const onDamage = (damage: StreamDamage): void => pass.damaged(damage);
  for await (const page of source.accountEvents(work.part, work.upTo, onDamage)) {
    for (const stored of page) pass.next(stored);
    progress(page.length);
  }
  return pass.end();
}

class AccountsPass {
  readonly #findings = new Findings();
  readonly #leaves: string[][];
  #audit: AccountChecker | null = null;
  /** The newest event of the account at each cut. */
  #atCuts: (StoredEvent | null)[] = [];
  #events = 0;
  #accounts = 0;
  readonly #unknownPolicies = new Map<string, number>();
  readonly #damaged = new Map<string, StreamDamage>();
  #eventsOfDamaged = 0;
  /** Events of the account that is being looked at. */
  #eventsHere = 0;

  constructor(private readonly work: AccountsWork) {
    this.#leaves = work.cuts.map(() => []);
  }

  damaged(damage: StreamDamage): void {
    this.#damaged.set(damage.stream, damage);
    // It gives no event by which it would be counted.
    if (damage.kind !== 'unreadable' && damage.position === null) this.#accounts += 1;
  }

  next(stored: StoredEvent): void {
    const audit = this.#audit?.stream === stored.stream ? this.#audit : this.#begin(stored.stream);
    audit.check(stored);
    this.#events += 1;
    this.#eventsHere += 1;
    for (const [at, cut] of this.work.cuts.entries()) {
      if (stored.position <= cut) this.#atCuts[at] = stored;
    }
  }

  end(): AccountsFound {
    this.#close();
    return {
      events: this.#events,
      accounts: this.#accounts,
      damaged: [...this.#damaged.values()],
      eventsOfDamaged: this.#eventsOfDamaged,
      findings: this.#findings,
      leaves: this.#leaves.map((leaves) => Buffer.from(leaves.join(''), 'hex')),
      unknownPolicies: this.#unknownPolicies,
    };
  }

  #begin(stream: string): AccountChecker {
    this.#close();
    this.#accounts += 1;
    this.#eventsHere = 0;
    this.#atCuts = this.work.cuts.map(() => null);
    this.#audit = new AccountChecker(stream, this.work.policies, (damage) =>
      this.#findings.add(damage),
    );
    return this.#audit;
  }

  #close(): void {
    if (this.#audit === null) return;
    this.#audit.finish();
    if (this.#damaged.has(this.#audit.stream)) this.#eventsOfDamaged += this.#eventsHere;
    for (const [fingerprint, events] of this.#audit.unknownPolicies) {
      const before = this.#unknownPolicies.get(fingerprint) ?? 0;
      this.#unknownPolicies.set(fingerprint, before + events);
    }
    for (const [at, stored] of this.#atCuts.entries()) {
      if (stored !== null) this.#leaves[at]?.push(accountLeaf(stored));
    }
    this.#audit = null;
  }
}
