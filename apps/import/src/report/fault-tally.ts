import { FAULT_KINDS, type Fault, type FaultKind, type FaultStatus } from '#import';
import type { UnknownUser } from '../source/account-reader.js';
import { UserList } from './user-list.js';

const EXAMPLES_MAX = 3;
const SPELLINGS_MAX = 1_000;
const STATUSES: readonly FaultStatus[] = ['undecided', 'decided', 'counted'];

export interface FaultExample {
  readonly user: string;
  /** Id of the old row or batch; null: it concerns the account. */
  readonly legacyId: string | null;
  readonly detail: string;
}

/** All faults of one kind that are decided alike. */
export interface FaultTotal {
  readonly kind: FaultKind;
  readonly status: FaultStatus;
  readonly count: number;
  /** Of kind `User` there are none: they have no id. */
  readonly users: UserList;
  readonly examples: readonly FaultExample[];
}

/** Counts the faults of all accounts by kind. */
export class FaultTally {
  readonly #totals = new Map<
    string,
    { total: FaultTotal; count: number; examples: FaultExample[] }
  >();
  /** The first users without an account, as the tables spell them. */
  readonly spellings: string[] = [];

  add(userId: string, fault: Fault): void {
    const entry = this.#entry(fault.kind, fault.status);
    entry.count += 1;
    entry.total.users.add(userId);
    // One example of a user says enough of it.
    if (entry.examples.length < EXAMPLES_MAX && entry.examples.at(-1)?.user !== userId) {
      entry.examples.push({ user: userId, legacyId: fault.legacyId, detail: fault.detail });
    }
  }

  addUnknownUser({ spellings, rows, batches }: UnknownUser): void {
    const entry = this.#entry('User', 'undecided');
    entry.count += 1;
    const user = spellings.map((spelled) => spelled ?? 'null').join(' and ');
    if (this.spellings.length < SPELLINGS_MAX) this.spellings.push(user);
    if (entry.examples.length >= EXAMPLES_MAX) return;
    const why = spellings.length > 1 ? 'is spelled in more than one way' : 'is no UUID';
    entry.examples.push({
      user,
      legacyId: null,
      detail: `${why}, with ${rows} rows and ${batches} batches`,
    });
  }

  /** What needs a decision first, then in the order of the specification. */
  totals(): FaultTotal[] {
    return STATUSES.flatMap((status) =>
      FAULT_KINDS.flatMap((kind) => {
        const entry = this.#totals.get(`${status} ${kind}`);
        return entry === undefined ? [] : { ...entry.total, count: entry.count };
      }),
    );
  }

  #entry(kind: FaultKind, status: FaultStatus) {
    const key = `${status} ${kind}`;
    const known = this.#totals.get(key);
    if (known !== undefined) return known;
    const examples: FaultExample[] = [];
    const total = { kind, status, count: 0, users: new UserList(), examples };
    const entry = { total, count: 0, examples };
    this.#totals.set(key, entry);
    return entry;
  }
}
