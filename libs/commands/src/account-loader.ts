import type { RecordedEvent } from '#event-store';
import {
  BrokenRule,
  REMEMBER_EVERYTHING,
  adopt,
  evolve,
  eventFrom,
  type LedgerEvent,
} from '#ledger';
import { beginning, type Baseline } from './baseline.js';
import type { DeskTerms } from './desk-terms.js';
import { AccountDamaged } from './errors.js';
import type { Patience } from './patience.js';
import { readPage } from './read-page.js';
import type { SnapshotKeeper } from './snapshot-keeper.js';

const PAGE_EVENTS_MAX = 1_000;

/** Makes the state of an account from what is stored. */
export class AccountLoader {
  constructor(
    private readonly terms: DeskTerms,
    private readonly snapshots: SnapshotKeeper | null,
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

  /** null: there is none, or none that the stream bears out. */
  async #fromSnapshot(stream: string, patience: Patience): Promise<Baseline | null> {
    const baseline = (await this.snapshots?.load(stream)) ?? null;
    if (baseline === null) return null;
    const [last] = await this.#read(stream, baseline.account.revision, 1, patience);
    const isBorneOut =
      last !== undefined &&
      Buffer.compare(last.hash, baseline.hash) === 0 &&
      eventOf(last).balanceAfter === baseline.account.balance &&
      (await this.#follows(baseline, patience));
    if (isBorneOut) return baseline;
    this.terms.observer.snapshotIgnored(stream, 'the stream says otherwise');
    return null;
  }

  async #fromBeginning(stream: string, patience: Patience): Promise<Baseline> {
    const { policy } = this.terms;
    const usual = beginning(stream, policy);
    if (await this.#follows(usual, patience)) return usual;
    // Written under a policy that remembered more, or not by the rules at all.
    const generous = beginning(stream, REMEMBER_EVERYTHING);
    await this.#follow(generous, patience);
    adopt(generous.account, policy);
    return generous;
  }

  /** False: an event breaks a rule, going by what this baseline remembers. */
  async #follows(baseline: Baseline, patience: Patience): Promise<boolean> {
    try {
      await this.#follow(baseline, patience);
      return true;
    } catch (error) {
      if (error instanceof AccountDamaged && error.cause instanceof BrokenRule) return false;
      throw error;
    }
  }

  async #follow(baseline: Baseline, patience: Patience): Promise<void> {
    for (;;) {
      const next = baseline.account.revision + 1;
      const page = await this.#read(baseline.stream, next, PAGE_EVENTS_MAX, patience);
      for (const recorded of page) fold(baseline, recorded);
      if (page.length < PAGE_EVENTS_MAX) return;
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
