import { NO_STREAM } from '#event-store';
import { accountStream } from '#identity';
import type { LedgerCommand } from '#ledger';
import { AccountLoader } from './account-loader.js';
import { appendWithRetry, type AppendedBatch } from './append-with-retry.js';
import { AccountCache } from './account-cache.js';
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
import { RetryBudget, isPermanent } from './retry-budget.js';
import { RecordedAnswers } from './recorded-answers.js';
import { readPage } from './read-page.js';
import { SnapshotChecker } from './snapshot-checker.js';
import { AccountSnapshots } from './account-snapshots.js';

export interface RunOptions {
  /** How long to wait for room at the desk; 0: not at all, unless said otherwise: until there is. */
  readonly waitMsMax?: number;
  readonly checkRecording?: RecordingCheck | undefined;
}

/** What waits for one account, and the state it will be decided on. */
interface Mailbox {
  readonly stream: string;
  readonly pending: PendingCommand[];
  loaded: LoadedAccount | null;
  /** The baseline was read from the store in this very turn. */
  isFresh: boolean;
  /** The baseline stands on a snapshot that was found wrong: nothing more is decided on it. */
  isInvalidated: boolean;
}

/**
 * Where commands are carried out, each of them once. What waits for an account is decided in order
 * on one state and recorded by one append at the exact revision; accounts go on side by side.
 */
export class AccountCommandProcessor {
  readonly #mailboxes = new Map<string, Mailbox>();
  readonly #context: ProcessorContext;
  readonly #admission: AdmissionQueue<PendingCommand>;
  readonly #snapshots: AccountSnapshots | null;
  readonly #loader: AccountLoader;
  readonly #snapshotChecker: SnapshotChecker;
  #cache: AccountCache;
  #resolveIdle: () => void = () => undefined;
  /** Settles when everything is finished; null: the desk is open. */
  #draining: Promise<void> | null = null;

  constructor(options: AccountCommandProcessorOptions) {
    const context = createContext(options);
    this.#context = context;
    this.#admission = new AdmissionQueue(context.limits, context.timers, (pending) =>
      this.#dispatch(pending),
    );
    this.#snapshots = options.snapshots ? new AccountSnapshots(options.snapshots, context) : null;
    this.#loader = new AccountLoader(context, this.#snapshots, (stream, snapshot) =>
      this.#snapshotChecker.offer(stream, snapshot),
    );
    this.#snapshotChecker = new SnapshotChecker(
      context,
      (stream, revision) => this.#loader.replayUpTo(stream, revision, new RetryBudget(context)),
      async (stream, snapshot) => {
        this.#discardAccount(stream);
        await this.#snapshots?.reject(stream, snapshot);
      },
    );
    this.#cache = new AccountCache(context.limits);
  }

  /** Commands at the desk, commands waiting for room at it, and states kept. */
  get stats(): { readonly active: number; readonly queued: number; readonly cached: number } {
    return {
      active: this.#admission.active,
      queued: this.#admission.queued,
      cached: this.#cache.size,
    };
  }

  /**
   * Resolves when the answer is durable. Commands of one account are decided in the order of their
   * calls. Rejects with RetryableCommandError (send it again), or with what an operator has to look at.
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
        const waiting = { stream, command, origin, checkRecording, resolve, reject };
        this.#admission.enqueue(waiting, waitMsMax);
      }
    });
  }

  /** Lets go of every state that is kept: somebody else may have written. Never needed to be right. */
  clearCache(): void {
    this.#cache = new AccountCache(this.#context.limits);
  }

  /**
   * Takes nothing new and finishes what it has. What is not finished within `waitMsMax` is given up,
   * and rejects with RetryableCommandError. True: everything was finished.
   */
  async drain(waitMsMax: number): Promise<boolean> {
    this.#draining ??= this.#waitUntilIdle();
    this.#admission.rejectAll(shuttingDown());
    const { timers: waits } = this.#context;
    try {
      await waits.withTimeout(waitMsMax, this.#draining);
      return true;
    } catch {
      waits.cancelAll();
      await this.#draining;
      return false;
    }
  }

  async #waitUntilIdle(): Promise<void> {
    if (this.#admission.active > 0) {
      await new Promise<void>((resolve) => (this.#resolveIdle = resolve));
    }
    await this.#snapshotChecker.idle();
    await this.#snapshots?.idle();
  }

  /** Lets go of a state that was made from a wrong snapshot; the next command reads the events. */
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
    // Whoever sends many commands at once sends them in one go: they gather here.
    await Promise.resolve();
    const cache = this.#cache;
    mailbox.loaded = cache.take(mailbox.stream);
    if (mailbox.loaded !== null) this.#context.observer.found(mailbox.stream);
    while (mailbox.pending.length > 0) {
      try {
        await this.#processBatch(mailbox);
      } catch (error) {
        this.#rejectAll(mailbox, error);
      }
    }
    this.#mailboxes.delete(mailbox.stream);
    if (mailbox.isInvalidated) return;
    // Into the cache of then: if that was forgotten since, this is forgotten with it.
    if (mailbox.loaded !== null) cache.put(mailbox.loaded);
  }

  /** One group: decided, recorded, answered. */
  async #processBatch(mailbox: Mailbox): Promise<void> {
    const { limits, observer } = this.#context;
    const retryBudget = new RetryBudget(this.#context);
    for (let conflicts = 0; conflicts <= limits.conflictsMax; conflicts += 1) {
      if (conflicts > 1 && !(await retryBudget.backOff())) break;
      const loaded = await this.#accountOf(mailbox, retryBudget);
      const batch = decideBatch(loaded, mailbox.pending, this.#context);
      const appended = await this.#appendBatch(mailbox, batch, retryBudget);
      if (appended !== null) return this.#answerBatch(mailbox, batch, appended);
      mailbox.loaded = null;
      observer.conflicted(mailbox.stream);
    }
    throw new RetryableCommandError('contended', 'Others keep writing to the account');
  }

  async #accountOf(mailbox: Mailbox, retryBudget: RetryBudget): Promise<LoadedAccount> {
    if (mailbox.isInvalidated) mailbox.loaded = null;
    mailbox.isInvalidated = false;
    mailbox.isFresh = mailbox.loaded === null;
    mailbox.loaded ??= await this.#loader.load(mailbox.stream, retryBudget);
    return mailbox.loaded;
  }

  /** null: the account is elsewhere, and nothing of the group holds. */
  async #appendBatch(
    mailbox: Mailbox,
    batch: CommandBatch,
    retryBudget: RetryBudget,
  ): Promise<AppendedBatch | null> {
    const { stream, expected, decided } = batch;
    const { clock, observer } = this.#context;
    const [first, ...rest] = batch.events;
    if (first === undefined) return this.#confirmUnchanged(mailbox, batch, retryBudget);
    if (mailbox.isInvalidated) return null;
    const started = clock.now();
    const append = { stream, expected, events: [first, ...rest] } as const;
    const appended = await appendWithRetry(this.#context, append, retryBudget);
    if (appended !== null) {
      const ms = clock.now() - started;
      const { attempts } = appended;
      observer.appended({
        stream,
        commands: decided.length,
        events: append.events.length,
        ms,
        attempts,
      });
    }
    return appended;
  }

  /** No append checks a group that records nothing: whether a kept state still holds is read. */
  async #confirmUnchanged(
    mailbox: Mailbox,
    batch: CommandBatch,
    retryBudget: RetryBudget,
  ): Promise<AppendedBatch | null> {
    const nothingWritten = { position: null, attempts: 0 };
    if (mailbox.isFresh) return nothingWritten;
    const { store, observer } = this.#context;
    const { stream, expected } = batch;
    const [last, ...newer] = await retryBudget.readWithRetry(
      () => readPage(store, stream, Math.max(expected, 0), 2),
      (cause) => observer.unread(stream, cause),
    );
    const isLastEvent =
      expected === NO_STREAM
        ? last === undefined
        : last !== undefined && Buffer.compare(last.hash, batch.hash) === 0;
    return isLastEvent && newer.length === 0 ? nothingWritten : null;
  }

  #answerBatch(mailbox: Mailbox, batch: CommandBatch, { position }: AppendedBatch): void {
    mailbox.pending.splice(0, batch.decided.length);
    if (batch.isCorrupted) mailbox.loaded = null;
    else if (mailbox.loaded !== null && !mailbox.isInvalidated) {
      this.#snapshots?.offer(mailbox.loaded);
    }
    const repeats: RepeatedCommand[] = [];
    for (const decided of batch.decided) {
      const { waiting } = decided;
      if (decided.kind === 'repeat') {
        repeats.push(decided);
      } else if (decided.kind === 'failed') {
        this.#context.observer.alarm(decided.error);
        waiting.reject(decided.error);
      } else if (decided.kind === 'forbidden') {
        waiting.reject(decided.error);
      } else {
        const { answer } = decided;
        waiting.resolve({ answer, position: answer.revision === null ? null : position });
      }
    }
    this.#release(batch.stream, batch.decided.length - repeats.length);
    // The account goes on meanwhile: what was answered once can't change any more.
    if (repeats.length > 0) void this.#answerRepeats(batch.stream, repeats);
  }

  async #answerRepeats(stream: string, repeats: readonly RepeatedCommand[]): Promise<void> {
    const recordedAnswers = new RecordedAnswers(stream, repeats.length, this.#context);
    let failure: { readonly error: unknown } | null = null;
    for (const repeat of repeats.toSorted((a, b) => a.revision - b.revision)) {
      if (failure === null) {
        try {
          repeat.waiting.resolve(await recordedAnswers.answer(repeat));
          continue;
        } catch (error) {
          if (isPermanent(error)) this.#context.observer.alarm(error);
          failure = { error };
        }
      }
      repeat.waiting.reject(failure.error);
    }
    this.#release(stream, repeats.length);
  }

  /** Everything that waits for the account fails with it: what came later must not go first. */
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
  new RetryableCommandError('closing', 'The desk is being drained');
