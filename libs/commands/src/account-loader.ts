import type { RecordedEvent } from '#event-store';
import {
  BrokenRule,
  REMEMBER_EVERYTHING,
  adopt,
  evolve,
  eventFrom,
  type Account,
  type LedgerEvent,
} from '#ledger';
import { beginning, type Baseline } from './baseline.js';
import type { DeskTerms } from './desk-terms.js';
import { AccountDamaged } from './errors.js';
import type { Patience } from './patience.js';
import { readPage } from './read-page.js';
import type { SnapshotKeeper, Resumed } from './snapshot-keeper.js';

const PAGE_EVENTS_MAX = 1_000;

/** Called with a snapshot that an account was loaded from. */
export type OnSnapshotUsed = (stream: string, snapshot: Resumed['snapshot']) => void;

/** Makes the state of an account from what is stored. */
export class AccountLoader {
  constructor(
    private readonly terms: DeskTerms,
    private readonly snapshots: SnapshotKeeper | null,
    private readonly onSnapshotUsed: OnSnapshotUsed = () => undefined,
  ) {}

  async load(stream: string, patience: Patience): Promise<Baseline> {
    const { clock, observer } = this.terms;
    const started = clock.now();
    const resumed = await this.#fromSnapshot(stream, patience);
    const baseline = resumed ?? (await this.#fromBeginning(stream, patience));
    observer.loaded({
      stream,
      from: resumed ? 'snapshot' : 'stream',
      events: baseline.account.revision - baseline.snapshotAt,
      ms: clock.now() - started,
    });
    return baseline;
  }

  /** The state as of an earlier revision, from the events alone. */
  async foldUpTo(stream: string, revision: number, patience: Patience): Promise<Account> {
    const { account } = await this.#fromBeginning(stream, patience, revision);
    return account;
  }

  /** null: there is none, or none that the stream bears out. */
  async #fromSnapshot(stream: string, patience: Patience): Promise<Baseline | null> {
    const resumed = (await this.snapshots?.load(stream)) ?? null;
    if (resumed === null) return null;
    const { baseline, snapshot } = resumed;
    const [last] = await this.#read(stream, baseline.account.revision, 1, patience);
    const isBorneOut =
      last !== undefined &&
      Buffer.compare(last.hash, baseline.hash) === 0 &&
      eventOf(last).balanceAfter === baseline.account.balance &&
      (await this.#follows(baseline, patience));
    if (isBorneOut) {
      this.onSnapshotUsed(stream, snapshot);
      return baseline;
    }
    this.terms.observer.snapshotIgnored(stream, 'the stream says otherwise');
    await this.snapshots?.distrust(stream, snapshot);
    return null;
  }

  async #fromBeginning(
    stream: string,
    patience: Patience,
    upTo = Number.MAX_SAFE_INTEGER,
  ): Promise<Baseline> {
    const { policy } = this.terms;
    const usual = beginning(stream, policy);
    if (await this.#follows(usual, patience, upTo)) return usual;
    // Written under a policy that remembered more, or not by the rules at all.
    const generous = beginning(stream, REMEMBER_EVERYTHING);
    await this.#follow(generous, patience, upTo);
    adopt(generous.account, policy);
    return generous;
  }

  /** False: an event breaks a rule, going by what this baseline remembers. */
  async #follows(baseline: Baseline, patience: Patience, upTo?: number): Promise<boolean> {
    try {
      await this.#follow(baseline, patience, upTo);
      return true;
    } catch (error) {
      if (error instanceof AccountDamaged && error.cause instanceof BrokenRule) return false;
      throw error;
    }
  }

  async #follow(
    baseline: Baseline,
    patience: Patience,
    upTo = Number.MAX_SAFE_INTEGER,
  ): Promise<void> {
    for (;;) {
      const next = baseline.account.revision + 1;
      const limit = Math.min(PAGE_EVENTS_MAX, upTo - next + 1);
      if (limit <= 0) return;
      const page = await this.#read(baseline.stream, next, limit, patience);
      for (const recorded of page) fold(baseline, recorded);
      if (page.length < limit) return;
    }
  }

  #read(
    stream: string,
    from: number,
    limit: number,
    patience: Patience,
  ): Promise<readonly RecordedEvent[]> {
    const { store, observer } = this.terms;
    return patience.read(
      () => readPage(store, stream, from, limit),
      (cause) => observer.unread(stream, cause),
    );
  }
}

function fold(baseline: Baseline, recorded: RecordedEvent): void {
  const { account, stream } = baseline;
  const next = account.revision + 1;
  if (recorded.revision !== next) {
    throw new AccountDamaged(stream, next, `revision ${recorded.revision} stands in its place`);
  }
  const event = eventOf(recorded);
  try {
    evolve(account, event);
  } catch (cause) {
    throw damaged(recorded, cause);
  }
  baseline.hash = recorded.hash;
}

/** The event that is stored there. */
export function eventOf(recorded: RecordedEvent): LedgerEvent {
  try {
    return eventFrom(recorded);
  } catch (cause) {
    throw damaged(recorded, cause);
  }
}

function damaged({ stream, revision }: RecordedEvent, cause: unknown): AccountDamaged {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AccountDamaged(stream, revision, reason, { cause });
}
