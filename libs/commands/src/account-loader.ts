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
import type { StoreRetry } from './store-retry.js';
import { readPage } from './read-page.js';
import type { SettingsInForce } from '#settings';
import type { AccountSnapshots, SnapshotInUse } from './account-snapshots.js';

const PAGE_EVENTS_MAX = 1_000;

/** Called with a snapshot that an account was loaded from. */
export type OnSnapshotUsed = (stream: string, snapshot: SnapshotInUse) => void;

/** Loads the state of an account, from a snapshot where there is a valid one. */
export class AccountLoader {
  constructor(
    private readonly context: ProcessorContext,
    private readonly snapshots: AccountSnapshots | null,
    private readonly onSnapshotUsed: OnSnapshotUsed = () => undefined,
  ) {}

  /** As it is remembered under those settings. */
  async load(stream: string, settings: SettingsInForce, retry: StoreRetry): Promise<LoadedAccount> {
    const { clock, observer } = this.context;
    const started = clock.now();
    const fromSnapshot = await this.#fromSnapshot(stream, settings, retry);
    const loaded = fromSnapshot ?? (await this.#fromBeginning(stream, settings, retry));
    observer.accountLoaded({
      stream,
      from: fromSnapshot ? 'snapshot' : 'stream',
      events: loaded.account.revision - loaded.snapshotRevision,
      ms: clock.now() - started,
    });
    return loaded;
  }

  /** The state at an earlier revision, from the events alone. */
  async replayUpTo(
    stream: string,
    revision: number,
    settings: SettingsInForce,
    retry: StoreRetry,
  ): Promise<Account> {
    const { account } = await this.#fromBeginning(stream, settings, retry, revision);
    return account;
  }

  /** Returns null when there is no snapshot, or none that agrees with the stream. */
  async #fromSnapshot(
    stream: string,
    settings: SettingsInForce,
    retry: StoreRetry,
  ): Promise<LoadedAccount | null> {
    const fromSnapshot = (await this.snapshots?.load(stream, settings)) ?? null;
    if (fromSnapshot === null) return null;
    const { account: loaded, snapshot } = fromSnapshot;
    const [last] = await this.#read(stream, loaded.account.revision, 1, retry);
    const isConfirmed =
      last !== undefined &&
      Buffer.compare(last.hash, loaded.hash) === 0 &&
      eventOf(last).balanceAfter === loaded.account.balance &&
      (await this.#replaysCleanly(loaded, retry));
    if (isConfirmed) {
      this.onSnapshotUsed(stream, { snapshot, settings });
      return loaded;
    }
    this.context.observer.snapshotIgnored(stream, 'it does not agree with the stream');
    await this.snapshots?.reject(stream, { snapshot, settings });
    return null;
  }

  async #fromBeginning(
    stream: string,
    settings: SettingsInForce,
    retry: StoreRetry,
    upTo = Number.MAX_SAFE_INTEGER,
  ): Promise<LoadedAccount> {
    const loaded = unwrittenAccount(stream, settings);
    if (await this.#replaysCleanly(loaded, retry, upTo)) return loaded;
    // The stream was written under a policy with longer idempotency windows, or it breaks the rules.
    const withFullMemory = unwrittenAccount(stream, settings, REMEMBER_EVERYTHING);
    await this.#replay(withFullMemory, retry, upTo);
    adoptPolicy(withFullMemory.account, settings.policy);
    return withFullMemory;
  }

  /** False when an event breaks a rule under the idempotency windows of this state. */
  async #replaysCleanly(loaded: LoadedAccount, retry: StoreRetry, upTo?: number): Promise<boolean> {
    try {
      await this.#replay(loaded, retry, upTo);
      return true;
    } catch (error) {
      if (error instanceof AccountDamaged && error.cause instanceof BrokenRule) return false;
      throw error;
    }
  }

  async #replay(
    loaded: LoadedAccount,
    retry: StoreRetry,
    upTo = Number.MAX_SAFE_INTEGER,
  ): Promise<void> {
    for (;;) {
      const next = loaded.account.revision + 1;
      const limit = Math.min(PAGE_EVENTS_MAX, upTo - next + 1);
      if (limit <= 0) return;
      const page = await this.#read(loaded.stream, next, limit, retry);
      for (const recorded of page) applyRecorded(loaded, recorded);
      if (page.length < limit) return;
    }
  }

  #read(
    stream: string,
    from: number,
    limit: number,
    retry: StoreRetry,
  ): Promise<readonly RecordedEvent[]> {
    const { store, observer } = this.context;
    return retry.read(
      () => readPage(store, stream, from, limit),
      (cause) => observer.readFailed(stream, cause),
    );
  }
}

function applyRecorded(loaded: LoadedAccount, recorded: RecordedEvent): void {
  const { account, stream } = loaded;
  const next = account.revision + 1;
  if (recorded.revision !== next) {
    throw new AccountDamaged(stream, next, `revision ${recorded.revision} is stored in its place`);
  }
  const event = eventOf(recorded);
  try {
    evolve(account, event);
  } catch (cause) {
    throw accountDamaged(recorded, cause);
  }
  loaded.hash = recorded.hash;
}

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
