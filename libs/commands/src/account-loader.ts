import type { RecordedEvent } from '#event-store';
import {
  BrokenRule,
  REMEMBER_EVERYTHING,
  adoptPolicy,
  evolve,
  parseEvent,
  type Account,
  type LedgerEvent,
} from '#ledger';
import { unwrittenAccount, type LoadedAccount } from './loaded-account.js';
import type { ProcessorContext } from './processor-options.js';
import { AccountDamaged } from './errors.js';
import type { RetryBudget } from './retry-budget.js';
import { readPage } from './read-page.js';
import type { AccountSnapshots, LoadedSnapshot } from './account-snapshots.js';

const PAGE_EVENTS_MAX = 1_000;

/** Called with a snapshot that an account was loaded from. */
export type OnSnapshotUsed = (stream: string, snapshot: LoadedSnapshot['snapshot']) => void;

/** Makes the state of an account from what is stored. */
export class AccountLoader {
  constructor(
    private readonly context: ProcessorContext,
    private readonly snapshots: AccountSnapshots | null,
    private readonly onSnapshotUsed: OnSnapshotUsed = () => undefined,
  ) {}

  async load(stream: string, retryBudget: RetryBudget): Promise<LoadedAccount> {
    const { clock, observer } = this.context;
    const started = clock.now();
    const fromSnapshot = await this.#fromSnapshot(stream, retryBudget);
    const loaded = fromSnapshot ?? (await this.#fromBeginning(stream, retryBudget));
    observer.loaded({
      stream,
      from: fromSnapshot ? 'snapshot' : 'stream',
      events: loaded.account.revision - loaded.snapshotRevision,
      ms: clock.now() - started,
    });
    return loaded;
  }

  /** The state as of an earlier revision, from the events alone. */
  async replayUpTo(stream: string, revision: number, retryBudget: RetryBudget): Promise<Account> {
    const { account } = await this.#fromBeginning(stream, retryBudget, revision);
    return account;
  }

  /** null: there is none, or none that the stream bears out. */
  async #fromSnapshot(stream: string, retryBudget: RetryBudget): Promise<LoadedAccount | null> {
    const fromSnapshot = (await this.snapshots?.load(stream)) ?? null;
    if (fromSnapshot === null) return null;
    const { baseline: loaded, snapshot } = fromSnapshot;
    const [last] = await this.#read(stream, loaded.account.revision, 1, retryBudget);
    const isConfirmed =
      last !== undefined &&
      Buffer.compare(last.hash, loaded.hash) === 0 &&
      eventOf(last).balanceAfter === loaded.account.balance &&
      (await this.#replaysCleanly(loaded, retryBudget));
    if (isConfirmed) {
      this.onSnapshotUsed(stream, snapshot);
      return loaded;
    }
    this.context.observer.snapshotIgnored(stream, 'the stream says otherwise');
    await this.snapshots?.reject(stream, snapshot);
    return null;
  }

  async #fromBeginning(
    stream: string,
    retryBudget: RetryBudget,
    upTo = Number.MAX_SAFE_INTEGER,
  ): Promise<LoadedAccount> {
    const { policy } = this.context;
    const loaded = unwrittenAccount(stream, policy);
    if (await this.#replaysCleanly(loaded, retryBudget, upTo)) return loaded;
    // Written under a policy that remembered more, or not by the rules at all.
    const withFullMemory = unwrittenAccount(stream, REMEMBER_EVERYTHING);
    await this.#replay(withFullMemory, retryBudget, upTo);
    adoptPolicy(withFullMemory.account, policy);
    return withFullMemory;
  }

  /** False: an event breaks a rule, going by what this baseline remembers. */
  async #replaysCleanly(
    loaded: LoadedAccount,
    retryBudget: RetryBudget,
    upTo?: number,
  ): Promise<boolean> {
    try {
      await this.#replay(loaded, retryBudget, upTo);
      return true;
    } catch (error) {
      if (error instanceof AccountDamaged && error.cause instanceof BrokenRule) return false;
      throw error;
    }
  }

  async #replay(
    loaded: LoadedAccount,
    retryBudget: RetryBudget,
    upTo = Number.MAX_SAFE_INTEGER,
  ): Promise<void> {
    for (;;) {
      const next = loaded.account.revision + 1;
      const limit = Math.min(PAGE_EVENTS_MAX, upTo - next + 1);
      if (limit <= 0) return;
      const page = await this.#read(loaded.stream, next, limit, retryBudget);
      for (const recorded of page) applyRecorded(loaded, recorded);
      if (page.length < limit) return;
    }
  }

  #read(
    stream: string,
    from: number,
    limit: number,
    retryBudget: RetryBudget,
  ): Promise<readonly RecordedEvent[]> {
    const { store, observer } = this.context;
    return retryBudget.readWithRetry(
      () => readPage(store, stream, from, limit),
      (cause) => observer.unread(stream, cause),
    );
  }
}

function applyRecorded(loaded: LoadedAccount, recorded: RecordedEvent): void {
  const { account, stream } = loaded;
  const next = account.revision + 1;
  if (recorded.revision !== next) {
    throw new AccountDamaged(stream, next, `revision ${recorded.revision} stands in its place`);
  }
  const event = eventOf(recorded);
  try {
    evolve(account, event);
  } catch (cause) {
    throw accountDamaged(recorded, cause);
  }
  loaded.hash = recorded.hash;
}

/** The event that is stored there. */
export function eventOf(recorded: RecordedEvent): LedgerEvent {
  try {
    return parseEvent(recorded);
  } catch (cause) {
    throw accountDamaged(recorded, cause);
  }
}

function accountDamaged({ stream, revision }: RecordedEvent, cause: unknown): AccountDamaged {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AccountDamaged(stream, revision, reason, { cause });
}
