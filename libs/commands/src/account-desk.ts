import { NO_STREAM } from '#event-store';
import type { LedgerCommand } from '#ledger';
import { AccountLoader } from './account-loader.js';
import { appendSurely, type Written } from './append-surely.js';
import { BaselineCache } from './baseline-cache.js';
import type { Baseline } from './baseline.js';
import { termsOf, type DeskParts, type DeskTerms } from './desk-terms.js';
import type { Origin } from './encode-event.js';
import { Entrance } from './entrance.js';
import { NotAnswered } from './errors.js';
import {
  decideTogether,
  type Answered,
  type Group,
  type RecordingCheck,
  type Repeat,
  type Waiting,
} from './group.js';
import { Patience, isPermanent } from './patience.js';
import { ReadBack } from './read-back.js';
import { readPage } from './read-page.js';
import { SnapshotChecker } from './snapshot-checker.js';
import { SnapshotKeeper } from './snapshot-keeper.js';

export interface RunOptions {
  /** How long to wait for room at the desk; 0: not at all, unless said otherwise: until there is. */
  readonly waitMsMax?: number;
  readonly checkRecording?: RecordingCheck | undefined;
}

/** What waits for one account, and the state it will be decided on. */
interface Mailbox {
  readonly stream: string;
  readonly waiting: Waiting[];
  baseline: Baseline | null;
  /** The baseline was read from the store in this very turn. */
  isFresh: boolean;
  /** The baseline stands on a snapshot that was found wrong: nothing more is decided on it. */
  isDistrusted: boolean;
}

export const streamOf = (userId: string): string => `points-${userId}`;

/**
 * Where commands are carried out, each of them once. What waits for an account is decided in order
 * on one state and recorded by one append at the exact revision; accounts go on side by side.
 */
export class AccountDesk {
  readonly #mailboxes = new Map<string, Mailbox>();
  readonly #terms: DeskTerms;
  readonly #entrance: Entrance<Waiting>;
  readonly #snapshots: SnapshotKeeper | null;
  readonly #loader: AccountLoader;
  readonly #checker: SnapshotChecker;
  #cache: BaselineCache;
  #emptied: () => void = () => undefined;
  /** Settles when everything is finished; null: the desk is open. */
  #finishing: Promise<void> | null = null;

  constructor(parts: DeskParts) {
    const terms = termsOf(parts);
    this.#terms = terms;
    this.#entrance = new Entrance(terms.limits, terms.waits, (one) => this.#deliver(one));
    this.#snapshots = parts.snapshots ? new SnapshotKeeper(parts.snapshots, terms) : null;
    this.#loader = new AccountLoader(terms, this.#snapshots, (stream, snapshot) =>
      this.#checker.offer(stream, snapshot),
    );
    this.#checker = new SnapshotChecker(
      terms,
      (stream, revision) => this.#loader.foldUpTo(stream, revision, new Patience(terms)),
      async (stream, snapshot) => {
        this.#distrust(stream);
        await this.#snapshots?.distrust(stream, snapshot);
      },
    );
    this.#cache = new BaselineCache(terms.limits);
  }

  /** Commands at the desk, commands waiting for room at it, and states kept. */
  get figures(): { readonly inside: number; readonly inLine: number; readonly kept: number } {
    return {
      inside: this.#entrance.inside,
      inLine: this.#entrance.inLine,
      kept: this.#cache.size,
    };
  }

  /**
   * Resolves when the answer is durable. Commands of one account are decided in the order of their
   * calls. Rejects with NotAnswered (send it again), or with what an operator has to look at.
   */
  run(
    command: LedgerCommand,
    origin: Origin,
    { waitMsMax = Infinity, checkRecording }: RunOptions = {},
  ): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const stream = streamOf(command.userId);
      if (this.#finishing !== null) reject(closing());
      else {
        const waiting = { stream, command, origin, checkRecording, resolve, reject };
        this.#entrance.enter(waiting, waitMsMax);
      }
    });
  }

  /** Lets go of every state that is kept: somebody else may have written. Never needed to be right. */
  forget(): void {
    this.#cache = new BaselineCache(this.#terms.limits);
  }

  /**
   * Takes nothing new and finishes what it has. What is not finished within `waitMsMax` is given up,
   * and rejects with NotAnswered. True: everything was finished.
   */
  async drain(waitMsMax: number): Promise<boolean> {
    this.#finishing ??= this.#finish();
    this.#entrance.turnAway(closing());
    const { waits } = this.#terms;
    try {
      await waits.within(waitMsMax, this.#finishing);
      return true;
    } catch {
      waits.end();
      await this.#finishing;
      return false;
    }
  }

  async #finish(): Promise<void> {
    if (this.#entrance.inside > 0) {
      await new Promise<void>((resolve) => (this.#emptied = resolve));
    }
    await this.#checker.idle();
    await this.#snapshots?.idle();
  }

  /** Lets go of a state that was made from a wrong snapshot; the next command reads the events. */
  #distrust(stream: string): void {
    const mailbox = this.#mailboxes.get(stream);
    if (mailbox !== undefined) mailbox.isDistrusted = true;
    this.#cache.take(stream);
  }

  #deliver(one: Waiting): void {
    const found = this.#mailboxes.get(one.stream);
    if (found !== undefined) {
      found.waiting.push(one);
      return;
    }
    const { stream } = one;
    const mailbox: Mailbox = {
      stream,
      waiting: [one],
      baseline: null,
      isFresh: false,
      isDistrusted: false,
    };
    this.#mailboxes.set(one.stream, mailbox);
    void this.#work(mailbox);
  }

  async #work(mailbox: Mailbox): Promise<void> {
    // Whoever sends many commands at once sends them in one go: they gather here.
    await Promise.resolve();
    const cache = this.#cache;
    mailbox.baseline = cache.take(mailbox.stream);
    if (mailbox.baseline !== null) this.#terms.observer.found(mailbox.stream);
    while (mailbox.waiting.length > 0) {
      try {
        await this.#turn(mailbox);
      } catch (error) {
        this.#fail(mailbox, error);
      }
    }
    this.#mailboxes.delete(mailbox.stream);
    if (mailbox.isDistrusted) return;
    // Into the cache of then: if that was forgotten since, this is forgotten with it.
    if (mailbox.baseline !== null) cache.put(mailbox.baseline);
  }

  /** One group: decided, recorded, answered. */
  async #turn(mailbox: Mailbox): Promise<void> {
    const { limits, observer } = this.#terms;
    const patience = new Patience(this.#terms);
    for (let conflicts = 0; conflicts <= limits.conflictsMax; conflicts += 1) {
      if (conflicts > 1 && !(await patience.pause())) break;
      const baseline = await this.#baselineOf(mailbox, patience);
      const group = decideTogether(baseline, mailbox.waiting, this.#terms);
      const written = await this.#record(mailbox, group, patience);
      if (written !== null) return this.#conclude(mailbox, group, written);
      mailbox.baseline = null;
      observer.conflicted(mailbox.stream);
    }
    throw new NotAnswered('contended', 'Others keep writing to the account');
  }

  async #baselineOf(mailbox: Mailbox, patience: Patience): Promise<Baseline> {
    if (mailbox.isDistrusted) mailbox.baseline = null;
    mailbox.isDistrusted = false;
    mailbox.isFresh = mailbox.baseline === null;
    mailbox.baseline ??= await this.#loader.load(mailbox.stream, patience);
    return mailbox.baseline;
  }

  /** null: the account is elsewhere, and nothing of the group holds. */
  async #record(mailbox: Mailbox, group: Group, patience: Patience): Promise<Written | null> {
    const { stream, expected, decided } = group;
    const { clock, observer } = this.#terms;
    const [first, ...rest] = group.events;
    if (first === undefined) return this.#confirm(mailbox, group, patience);
    if (mailbox.isDistrusted) return null;
    const started = clock.now();
    const append = { stream, expected, events: [first, ...rest] } as const;
    const written = await appendSurely(this.#terms, append, patience);
    if (written !== null) {
      const ms = clock.now() - started;
      const { attempts } = written;
      observer.appended({
        stream,
        commands: decided.length,
        events: append.events.length,
        ms,
        attempts,
      });
    }
    return written;
  }

  /** No append checks a group that records nothing: whether a kept state still holds is read. */
  async #confirm(mailbox: Mailbox, group: Group, patience: Patience): Promise<Written | null> {
    const nothingWritten = { position: null, attempts: 0 };
    if (mailbox.isFresh) return nothingWritten;
    const { store, observer } = this.#terms;
    const { stream, expected } = group;
    const [last, ...newer] = await patience.read(
      () => readPage(store, stream, Math.max(expected, 0), 2),
      (cause) => observer.unread(stream, cause),
    );
    const isAtItsEnd =
      expected === NO_STREAM
        ? last === undefined
        : last !== undefined && Buffer.compare(last.hash, group.hash) === 0;
    return isAtItsEnd && newer.length === 0 ? nothingWritten : null;
  }

  #conclude(mailbox: Mailbox, group: Group, { position }: Written): void {
    mailbox.waiting.splice(0, group.decided.length);
    if (group.isSpoiled) mailbox.baseline = null;
    else if (mailbox.baseline !== null && !mailbox.isDistrusted) {
      this.#snapshots?.offer(mailbox.baseline);
    }
    const repeats: Repeat[] = [];
    for (const decided of group.decided) {
      const { waiting } = decided;
      if (decided.kind === 'repeat') {
        repeats.push(decided);
      } else if (decided.kind === 'failed') {
        this.#terms.observer.alarm(decided.error);
        waiting.reject(decided.error);
      } else if (decided.kind === 'forbidden') {
        waiting.reject(decided.error);
      } else {
        const { answer } = decided;
        waiting.resolve({ answer, position: answer.revision === null ? null : position });
      }
    }
    this.#leave(group.stream, group.decided.length - repeats.length);
    // The account goes on meanwhile: what was answered once can't change any more.
    if (repeats.length > 0) void this.#answerAgain(group.stream, repeats);
  }

  async #answerAgain(stream: string, repeats: readonly Repeat[]): Promise<void> {
    const readBack = new ReadBack(stream, repeats.length, this.#terms);
    let failure: { readonly error: unknown } | null = null;
    for (const repeat of repeats.toSorted((a, b) => a.revision - b.revision)) {
      if (failure === null) {
        try {
          repeat.waiting.resolve(await readBack.answer(repeat));
          continue;
        } catch (error) {
          if (isPermanent(error)) this.#terms.observer.alarm(error);
          failure = { error };
        }
      }
      repeat.waiting.reject(failure.error);
    }
    this.#leave(stream, repeats.length);
  }

  /** Everything that waits for the account fails with it: what came later must not go first. */
  #fail(mailbox: Mailbox, error: unknown): void {
    mailbox.baseline = null;
    if (isPermanent(error)) this.#terms.observer.alarm(error);
    this.#entrance.turnAway(error, mailbox.stream);
    const failed = mailbox.waiting.splice(0);
    for (const one of failed) one.reject(error);
    this.#leave(mailbox.stream, failed.length);
  }

  #leave(stream: string, count: number): void {
    this.#entrance.leave(stream, count);
    if (this.#entrance.inside === 0) this.#emptied();
  }
}

const closing = (): NotAnswered => new NotAnswered('closing', 'The desk is being drained');
