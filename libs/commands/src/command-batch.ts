import type { EncodedEvent, Position } from '#event-store';
import {
  repeatAnswer,
  answerTo,
  answerUnrecorded,
  decide,
  effectiveAt,
  evolve,
  type Account,
  type AccountNow,
  type Answer,
  type Decision,
  type LedgerCommand,
  type LedgerEvent,
  type NonEmpty,
  type RulesNumber,
} from '#ledger';
import type { SettingsInForce } from '#settings';
import { peekSettings } from './find-settings.js';
import type { LoadedAccount } from './loaded-account.js';
import type { ProcessorContext } from './processor-options.js';
import { appendBytes, encodeEvent, provenancesOf, type Origin } from './encode-event.js';
import type { QueuedCommand } from './admission-queue.js';
import { debtChanges, type DebtChange } from './debt-changes.js';
import { DecisionFailed } from './errors.js';

export interface CommandResult {
  readonly answer: Answer;
  /**
   * A reader that has reached this position has read all that was recorded for the command. Null
   * when nothing was recorded, or the store does not report positions.
   */
  readonly position: Position | null;
}

/**
 * Examines the events that a command would record, and the account before them. It is called again
 * when the command is decided again, and never for a repeat. When it returns an error, nothing is
 * recorded, the command's id stays free, and the command rejects with that error.
 */
export type RecordingCheck = (events: NonEmpty<LedgerEvent>, account: Account) => Error | null;

/** A command that was admitted and waits for its answer. */
export interface PendingCommand extends QueuedCommand {
  readonly command: LedgerCommand;
  readonly origin: Origin;
  readonly checkRecording: RecordingCheck | undefined;
  resolve(answered: CommandResult): void;
}

/** A command that was answered before: its answer has to be read from the recorded events. */
export interface RepeatedCommand {
  readonly kind: 'repeat';
  readonly pending: PendingCommand;
  readonly revision: number;
  /** The account when the repeat was recognised. */
  readonly now: AccountNow;
}

interface AnsweredCommand {
  readonly kind: 'answer';
  readonly pending: PendingCommand;
  readonly answer: Answer;
}

export type DecidedCommand =
  | AnsweredCommand
  | { readonly kind: 'failed'; readonly pending: PendingCommand; readonly error: DecisionFailed }
  | { readonly kind: 'forbidden'; readonly pending: PendingCommand; readonly error: Error }
  | RepeatedCommand;

/**
 * Decides commands in order, as many as fit one append and are decided by those settings, which are in
 * force for the first one: always at least that one.
 */
export function decideBatch(
  loaded: LoadedAccount,
  settings: SettingsInForce,
  pending: readonly PendingCommand[],
  context: ProcessorContext,
): CommandBatch {
  const batch = new CommandBatch(loaded, settings, context);
  for (const each of pending) {
    if (batch.isFull || !batch.isUnderSameSettings(each) || !batch.add(each)) break;
  }
  return batch;
}

const NOT_TAKEN_OVER: Decision = { kind: 'notTakenOver' };

/** Commands of one account that are decided on one state, and their events: one append. */
export class CommandBatch {
  readonly stream: string;
  /** The revision that the stream must have for the append. */
  readonly expected: number;
  readonly decided: DecidedCommand[] = [];
  readonly events: EncodedEvent[] = [];
  readonly debtChanges: DebtChange[] = [];
  /** The rules threw, so the state may be half changed. */
  isCorrupted = false;
  #bytes = 0;
  /** Events of this batch by their first revision: a repeat may be in the same batch. */
  readonly #recorded = new Map<number, NonEmpty<LedgerEvent>>();

  constructor(
    private readonly loaded: LoadedAccount,
    private readonly settings: SettingsInForce,
    private readonly context: ProcessorContext,
  ) {
    this.stream = loaded.stream;
    this.expected = loaded.account.revision;
  }

  /** Hash of the last event, once the batch is recorded. */
  get hash(): Uint8Array {
    return this.loaded.hash;
  }

  get isFull(): boolean {
    const { appendEventsMax } = this.context.limits;
    return this.isCorrupted || this.decided.length >= appendEventsMax;
  }

  /** Whether the command is decided by the settings of the batch. The first one is. */
  isUnderSameSettings({ command }: PendingCommand): boolean {
    if (this.decided.length === 0) return true;
    const at = effectiveAt(command, this.loaded.account);
    return peekSettings(this.context, at) === this.settings;
  }

  /** Whether rules 1 began a pre-deduction now that the command does not name. */
  isUnnamedPreDeduction({ pending: { command }, answer }: AnsweredCommand): boolean {
    if (command.type !== 'ConsumePoints' || this.settings.settings.rules !== 1) return false;
    if (command.consumptionId !== null || command.settleWithin === null) return false;
    return answer.status === 'accepted' && answer.revision !== null && !answer.replayed;
  }

  /** False when the events don't fit; the batch is unchanged then. */
  add(pending: PendingCommand): boolean {
    try {
      return this.#decide(pending);
    } catch (cause) {
      const error = new DecisionFailed(this.stream, pending.command.commandId, { cause });
      this.decided.push({ kind: 'failed', pending, error });
      this.isCorrupted = true;
      return true;
    }
  }

  #decide(pending: PendingCommand): boolean {
    const { command } = pending;
    const { account } = this.loaded;
    const decision = this.#isElsewhere(pending)
      ? NOT_TAKEN_OVER
      : decide(command, account, this.settings.terms);
    switch (decision.kind) {
      case 'record': {
        const error = pending.checkRecording?.(decision.events, account) ?? null;
        if (error === null) return this.#record(pending, decision.events);
        this.decided.push({ kind: 'forbidden', pending, error });
        return true;
      }
      case 'repeat':
        this.decided.push(this.#repeat(pending, decision.revision));
        return true;
      case 'nothing':
      case 'tooLate':
      case 'notTakenOver': {
        const answer = answerUnrecorded(command, decision, this.#now, this.#rulesAt(command));
        this.decided.push({ kind: 'answer', pending, answer });
        return true;
      }
    }
  }

  /** Whether another service may keep an account of which this ledger knows nothing. */
  #isElsewhere({ command: { at } }: PendingCommand): boolean {
    return this.loaded.account.revision < 0 && this.context.settings.isTakeOverOn(at);
  }

  #record(pending: PendingCommand, events: NonEmpty<LedgerEvent>): boolean {
    const { account } = this.loaded;
    const first = account.revision + 1;
    const encoded = this.#encode(pending, events, first);
    const bytes = encoded.reduce((sum, event) => sum + appendBytes(event), 0);
    if (!this.#fits(encoded.length, bytes)) return false;
    for (const event of events) {
      evolve(account, event);
      // Under rules 1 nothing is owed and nothing reversed.
      if (event.owedAfter !== null) this.debtChanges.push(...debtChanges(event, account));
    }
    this.events.push(...encoded);
    this.#bytes += bytes;
    this.loaded.hash = encoded.at(-1)?.hash ?? this.loaded.hash;
    this.#recorded.set(first, events);
    const answer = answerTo(pending.command, events, first);
    this.decided.push({ kind: 'answer', pending, answer });
    return true;
  }

  #repeat(pending: PendingCommand, revision: number): DecidedCommand {
    const now = this.#now;
    const events = this.#recorded.get(revision);
    if (events === undefined) return { kind: 'repeat', pending, revision, now };
    const answer = repeatAnswer(pending.command, events, revision, now);
    return { kind: 'answer', pending, answer };
  }

  get #now(): AccountNow {
    const { balance, owed } = this.loaded.account;
    return { balance, owed };
  }

  /** In force when the command came, which may be before the time of its account. */
  #rulesAt({ at }: LedgerCommand): RulesNumber {
    return (peekSettings(this.context, at) ?? this.settings).settings.rules;
  }

  #encode(pending: PendingCommand, events: NonEmpty<LedgerEvent>, first: number): EncodedEvent[] {
    const provenances = provenancesOf(pending.command, pending.origin, this.settings);
    let before = this.loaded.hash;
    return events.map((event, i) => {
      const place = { stream: this.stream, revision: first + i, before };
      const encoded = encodeEvent(event, i === 0 ? provenances.first : provenances.later, place);
      before = encoded.hash;
      return encoded;
    });
  }

  /** The first command always fits, so that a large one is recorded alone and never split. */
  #fits(events: number, bytes: number): boolean {
    if (this.events.length === 0) return true;
    const { appendEventsMax, appendBytesMax } = this.context.limits;
    return this.events.length + events <= appendEventsMax && this.#bytes + bytes <= appendBytesMax;
  }
}
