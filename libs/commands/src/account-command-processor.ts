import { settledWithin } from '#async';
import { accountStream } from '#identity';
import { effectiveAt, epochMs, findAnswered, type LedgerCommand } from '#ledger';
import type { SettingsInForce } from '#settings';
import { AccountLoader } from './account-loader.js';
import type { AppendedBatch } from './append-with-retry.js';
import { createAccountCache, type AccountCache } from './account-cache.js';
import { unansweredMax } from './command-limits.js';
import { readRecordedAnswer, type FoundAnswer } from './recorded-answer.js';
import { findSettings, peekSettings } from './find-settings.js';
import type { LoadedAccount } from './loaded-account.js';
import {
  createContext,
  type AccountCommandProcessorOptions,
  type ProcessorContext,
} from './processor-options.js';
import type { Origin } from './encode-event.js';
import { AdmissionQueue } from './admission-queue.js';
import { RetryableCommandError } from './errors.js';
import {
  decideBatch,
  type CommandResult,
  type CommandBatch,
  type RecordingCheck,
  type RepeatedCommand,
  type PendingCommand,
} from './command-batch.js';
import { StoreRetry, isPermanent } from './store-retry.js';
import { readPage } from './read-page.js';
import { recordBatch, type BatchState } from './record-batch.js';
import { answerRepeats } from './recorded-answers.js';
import { SnapshotChecker } from './snapshot-checker.js';
import { AccountSnapshots } from './account-snapshots.js';

export interface RunOptions {
  /** How long the command may be queued. By default it waits until there is capacity. */
  readonly waitMsMax?: number;
  readonly checkRecording?: RecordingCheck | undefined;
}

/** Pending commands of one account, and the state on which they will be decided. */
interface Mailbox extends BatchState {
  readonly stream: string;
  readonly pending: PendingCommand[];
  loaded: LoadedAccount | null;
}

/**
 * Executes each command exactly once. Pending commands of one account are decided in order on one
 * state and recorded by one append that expects the exact revision. Accounts proceed concurrently.
 */
export class AccountCommandProcessor {
  readonly #mailboxes = new Map<string, Mailbox>();
  readonly #context: ProcessorContext;
  readonly #admission: AdmissionQueue<PendingCommand>;
  readonly #snapshots: AccountSnapshots | null;
  readonly #loader: AccountLoader;
  readonly #snapshotChecker: SnapshotChecker;
  #cache: AccountCache;
  /** Of the settings by which commands were last decided; null: of none yet. */
  #unansweredMax: number | null = null;
  #resolveIdle: () => void = () => undefined;
  /** Settles when all commands are finished; null while commands are accepted. */
  #draining: Promise<void> | null = null;

  constructor(options: AccountCommandProcessorOptions) {
    const context = createContext(options);
    this.#context = context;
    const accountCommandsMax = (): number => this.#accountCommandsMax;
    const limits = { ...context.limits, accountCommandsMax };
    this.#admission = new AdmissionQueue(limits, context.timers, (pending) =>
      this.#dispatch(pending),
    );
    this.#snapshots = options.snapshots ? new AccountSnapshots(options.snapshots, context) : null;
    this.#loader = new AccountLoader(context, this.#snapshots, (stream, used) =>
      this.#snapshotChecker.offer(stream, used),
    );
    this.#snapshotChecker = new SnapshotChecker(
      context,
      (stream, revision, settings) =>
        this.#loader.replayUpTo(stream, revision, settings, new StoreRetry(context)),
      async (stream, used) => {
        this.#discardAccount(stream);
        await this.#snapshots?.reject(stream, used);
      },
    );
    this.#cache = createAccountCache(context.limits);
  }

  /** Commands in progress, commands in the queue, and cached accounts. */
  get stats(): { readonly active: number; readonly queued: number; readonly cached: number } {
    return {
      active: this.#admission.active,
      queued: this.#admission.queued,
      cached: this.#cache.size,
    };
  }

  /**
   * Resolves when the answer is durable. Commands of one account are decided in the order of the
   * calls. Rejects with a RetryableCommandError, or with an error that an operator has to look at.
   */
  run(
    command: LedgerCommand,
    origin: Origin,
    { waitMsMax = Infinity, checkRecording }: RunOptions = {},
  ): Promise<CommandResult> {
    return new Promise((resolve, reject) => {
      const stream = accountStream(command.userId);
      if (this.#draining !== null) reject(shuttingDown());
      else {
        const pending = { stream, command, origin, checkRecording, resolve, reject };
        this.#admission.enqueue(pending, waitMsMax);
      }
    });
  }

  /**
   * The recorded answer to a command, as long as its account remembers it, else null. It decides nothing, so
   * that a command which is still on its way is not found.
   */
  async findAnswer(userId: string, commandId: string): Promise<FoundAnswer | null> {
    if (this.#draining !== null) throw shuttingDown();
    const context = this.#context;
    const stream = accountStream(userId);
    const retry = new StoreRetry(context);
    const now = new Date(context.clock.timeOfDay()).toISOString();
    const settings = peekSettings(context, now) ?? (await findSettings(context, now, retry));
    const { account } = await this.#loader.load(stream, settings, retry);
    const at = effectiveAt({ at: now }, account);
    const answered = findAnswered(account, commandId, epochMs(at));
    if (answered === undefined) return null;
    return readRecordedAnswer(userId, answered.revision, (from, limit) =>
      retry.read(
        () => readPage(context.store, stream, from, limit),
        (cause) => context.observer.readFailed(stream, cause),
      ),
    );
  }

  /** Drops all cached states, because others may have written. Correctness does not depend on it. */
  clearCache(): void {
    this.#cache = createAccountCache(this.#context.limits);
  }

  /**
   * Accepts no new command and finishes those in progress. What is not finished within `waitMsMax` is
   * given up and rejects with a RetryableCommandError. True when every command was finished.
   */
  async drain(waitMsMax: number): Promise<boolean> {
    this.#draining ??= this.#waitUntilIdle();
    this.#admission.rejectAll(shuttingDown());
    const { timers } = this.#context;
    if (await settledWithin(this.#draining, waitMsMax, timers)) return true;
    timers.expireAll();
    await this.#draining;
    return false;
  }

  async #waitUntilIdle(): Promise<void> {
    if (this.#admission.active > 0) {
      await new Promise<void>((resolve) => (this.#resolveIdle = resolve));
    }
    await this.#snapshotChecker.idle();
    await this.#snapshots?.idle();
  }

  /** Drops a state that was made from a wrong snapshot. The next command loads the events. */
  #discardAccount(stream: string): void {
    const mailbox = this.#mailboxes.get(stream);
    if (mailbox !== undefined) mailbox.isInvalidated = true;
    this.#cache.take(stream);
  }

  #dispatch(pending: PendingCommand): void {
    const found = this.#mailboxes.get(pending.stream);
    if (found !== undefined) {
      found.pending.push(pending);
      return;
    }
    const { stream } = pending;
    const mailbox: Mailbox = {
      stream,
      pending: [pending],
      loaded: null,
      isFresh: false,
      isInvalidated: false,
    };
    this.#mailboxes.set(pending.stream, mailbox);
    void this.#processMailbox(mailbox);
  }

  async #processMailbox(mailbox: Mailbox): Promise<void> {
    // Commands that are sent in the same turn of the event loop share the first batch.
    await Promise.resolve();
    const cache = this.#cache;
    mailbox.loaded = cache.take(mailbox.stream) ?? null;
    if (mailbox.loaded !== null) this.#context.observer.cacheHit(mailbox.stream);
    while (mailbox.pending.length > 0) {
      try {
        await this.#processBatch(mailbox);
      } catch (error) {
        this.#rejectAll(mailbox, error);
      }
    }
    this.#mailboxes.delete(mailbox.stream);
    if (mailbox.isInvalidated) return;
    // If the cache was replaced since, the state is dropped with the old one.
    if (mailbox.loaded !== null) cache.set(mailbox.stream, mailbox.loaded);
  }

  /** Decides, records and answers one batch. */
  async #processBatch(mailbox: Mailbox): Promise<void> {
    const { limits, observer } = this.#context;
    const retry = new StoreRetry(this.#context);
    for (let conflicts = 0; conflicts <= limits.conflictsMax; conflicts += 1) {
      if (conflicts > 1 && !(await retry.backOff())) break;
      const { loaded, settings } = await this.#prepare(mailbox, retry);
      const batch = decideBatch(loaded, settings, mailbox.pending, this.#context);
      const appended = await recordBatch(this.#context, batch, mailbox, retry);
      if (appended !== null) return this.#answerBatch(mailbox, batch, appended);
      mailbox.loaded = null;
      observer.conflicted(mailbox.stream);
    }
    throw new RetryableCommandError('contended', 'Other processes keep writing to the account');
  }

  /**
   * The account and the settings by which the first command is decided. Which those are, only the
   * account knows: its time never runs backwards.
   */
  async #prepare(
    mailbox: Mailbox,
    retry: StoreRetry,
  ): Promise<{ readonly loaded: LoadedAccount; readonly settings: SettingsInForce }> {
    const [first] = mailbox.pending;
    if (first === undefined) throw new Error('a bug: a batch of no command');
    if (mailbox.isInvalidated) mailbox.loaded = null;
    mailbox.isInvalidated = false;
    mailbox.isFresh = false;
    const { command } = first;
    let at = mailbox.loaded === null ? command.at : effectiveAt(command, mailbox.loaded.account);
    for (;;) {
      const settings =
        peekSettings(this.#context, at) ?? (await findSettings(this.#context, at, retry));
      const loaded = await this.#accountUnder(mailbox, settings, retry);
      const effective = effectiveAt(command, loaded.account);
      if (effective === at) {
        this.#unansweredMax = unansweredMax(settings.policy);
        return { loaded, settings };
      }
      at = effective;
    }
  }

  /** An account that was loaded under another policy is loaded again: it may have forgotten too much. */
  async #accountUnder(
    mailbox: Mailbox,
    settings: SettingsInForce,
    retry: StoreRetry,
  ): Promise<LoadedAccount> {
    const { loaded, stream } = mailbox;
    if (loaded !== null && loaded.settings.stateKey === settings.stateKey) return loaded;
    mailbox.loaded = null;
    mailbox.loaded = await this.#loader.load(stream, settings, retry);
    mailbox.isFresh = true;
    return mailbox.loaded;
  }

  /**
   * No more commands of an account are unanswered than it is sure to recognise as repeats. As long as
   * no settings say how many those are, one is.
   */
  get #accountCommandsMax(): number {
    const { limits, settings, clock } = this.#context;
    if (this.#unansweredMax === null) {
      const now = new Date(clock.timeOfDay()).toISOString();
      const inForce = peekSettings({ settings }, now);
      if (inForce === null) return 1;
      this.#unansweredMax = unansweredMax(inForce.policy);
    }
    return Math.min(limits.accountCommandsMax, this.#unansweredMax);
  }

  #answerBatch(mailbox: Mailbox, batch: CommandBatch, { position }: AppendedBatch): void {
    mailbox.pending.splice(0, batch.decided.length);
    if (batch.isCorrupted) mailbox.loaded = null;
    else if (mailbox.loaded !== null && !mailbox.isInvalidated) {
      this.#snapshots?.offer(mailbox.loaded);
    }
    const repeats: RepeatedCommand[] = [];
    for (const decided of batch.decided) {
      const { pending } = decided;
      if (decided.kind === 'repeat') {
        repeats.push(decided);
      } else if (decided.kind === 'failed') {
        this.#context.observer.alarm(decided.error);
        pending.reject(decided.error);
      } else if (decided.kind === 'forbidden') {
        pending.reject(decided.error);
      } else {
        const { answer } = decided;
        if (batch.isUnnamedPreDeduction(decided)) {
          this.#context.observer.unnamedPreDeduction(batch.stream);
        }
        pending.resolve({ answer, position: answer.revision === null ? null : position });
      }
    }
    this.#release(batch.stream, batch.decided.length - repeats.length);
    // Other commands of the account proceed meanwhile: a recorded answer can't change.
    if (repeats.length > 0) void this.#answerRepeats(batch.stream, repeats);
  }

  async #answerRepeats(stream: string, repeats: readonly RepeatedCommand[]): Promise<void> {
    await answerRepeats(stream, repeats, this.#context);
    this.#release(stream, repeats.length);
  }

  /** Rejects all commands of the account, so that a later one does not take effect first. */
  #rejectAll(mailbox: Mailbox, error: unknown): void {
    mailbox.loaded = null;
    if (isPermanent(error)) this.#context.observer.alarm(error);
    this.#admission.rejectAll(error, mailbox.stream);
    const failed = mailbox.pending.splice(0);
    for (const pending of failed) pending.reject(error);
    this.#release(mailbox.stream, failed.length);
  }

  #release(stream: string, count: number): void {
    this.#admission.release(stream, count);
    if (this.#admission.active === 0) this.#resolveIdle();
  }
}

const shuttingDown = (): RetryableCommandError =>
  new RetryableCommandError('closing', 'The processor is shutting down');
