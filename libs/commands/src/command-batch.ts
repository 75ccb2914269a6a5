import type { EncodedEvent, Position } from '#event-store';
import {
  repeatAnswer,
  answerTo,
  answerUnrecorded,
  decide,
  evolve,
  type Account,
  type Answer,
  type LedgerCommand,
  type LedgerEvent,
  type NonEmpty,
} from '#ledger';
import type { LoadedAccount } from './loaded-account.js';
import type { ProcessorContext } from './processor-options.js';
import { appendBytes, encodeEvent, provenanceOf, type Origin } from './encode-event.js';
import type { QueuedCommand } from './admission-queue.js';
import { DecisionFailed } from './errors.js';

export interface CommandResult {
  readonly answer: Answer;
  /**
   * Whoever has read up to here has read all that was recorded for the command. null: nothing was,
   * or the store does not say.
   */
  readonly position: Position | null;
}

/**
 * Looks at the events that a command would record, on the account as it is before them. Asked again
 * when the command is decided again, and never about a repeat. An error: nothing is recorded, the
 * command's id stays free, and it rejects with that error.
 */
export type RecordingCheck = (events: NonEmpty<LedgerEvent>, account: Account) => Error | null;

/** A command that stands at the desk. */
export interface PendingCommand extends QueuedCommand {
  readonly command: LedgerCommand;
  readonly origin: Origin;
  readonly checkRecording: RecordingCheck | undefined;
  resolve(answered: CommandResult): void;
}

/** Answered by events that were stored before: they have to be read back. */
export interface RepeatedCommand {
  readonly kind: 'repeat';
  readonly waiting: PendingCommand;
  readonly revision: number;
  readonly balance: number;
}

export type DecidedCommand =
  | { readonly kind: 'answer'; readonly waiting: PendingCommand; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly waiting: PendingCommand; readonly error: DecisionFailed }
  | { readonly kind: 'forbidden'; readonly waiting: PendingCommand; readonly error: Error }
  | RepeatedCommand;

/** Decides in order as many of those waiting as fit one append; always at least one. */
export function decideBatch(
  loaded: LoadedAccount,
  waiting: readonly PendingCommand[],
  context: ProcessorContext,
): CommandBatch {
  const batch = new CommandBatch(loaded, context);
  for (const each of waiting) {
    if (batch.isFull || !batch.add(each)) break;
  }
  return batch;
}

/** Commands of one account that are decided on one state, and their events: one append. */
export class CommandBatch {
  readonly stream: string;
  /** The revision behind which the events go. */
  readonly expected: number;
  readonly decided: DecidedCommand[] = [];
  readonly events: EncodedEvent[] = [];
  /** The rules failed on it: the state may be half changed. */
  isCorrupted = false;
  #bytes = 0;
  /** What is recorded here, by its first revision: a repeat may come in the same group. */
  readonly #recorded = new Map<number, NonEmpty<LedgerEvent>>();

  constructor(
    private readonly loaded: LoadedAccount,
    private readonly context: ProcessorContext,
  ) {
    this.stream = loaded.stream;
    this.expected = loaded.account.revision;
  }

  /** Of the last event, once everything decided here is recorded. */
  get hash(): Uint8Array {
    return this.loaded.hash;
  }

  get isFull(): boolean {
    const { appendEventsMax } = this.context.limits;
    return this.isCorrupted || this.decided.length >= appendEventsMax;
  }

  /** False: what came of it does not fit. Nothing has happened then. */
  add(waiting: PendingCommand): boolean {
    try {
      return this.#decide(waiting);
    } catch (cause) {
      const error = new DecisionFailed(this.stream, waiting.command.commandId, { cause });
      this.decided.push({ kind: 'failed', waiting, error });
      this.isCorrupted = true;
      return true;
    }
  }

  #decide(waiting: PendingCommand): boolean {
    const { command } = waiting;
    const { account } = this.loaded;
    const decision = decide(command, account);
    switch (decision.kind) {
      case 'record': {
        const error = waiting.checkRecording?.(decision.events, account) ?? null;
        if (error === null) return this.#record(waiting, decision.events);
        this.decided.push({ kind: 'forbidden', waiting, error });
        return true;
      }
      case 'repeat':
        this.decided.push(this.#repeat(waiting, decision.revision));
        return true;
      case 'nothing':
      case 'tooLate': {
        const answer = answerUnrecorded(command, decision, account.balance);
        this.decided.push({ kind: 'answer', waiting, answer });
        return true;
      }
    }
  }

  #record(waiting: PendingCommand, events: NonEmpty<LedgerEvent>): boolean {
    const { account } = this.loaded;
    const first = account.revision + 1;
    const encoded = this.#encode(waiting, events, first);
    const bytes = encoded.reduce((sum, event) => sum + appendBytes(event), 0);
    if (!this.#fits(encoded.length, bytes)) return false;
    for (const event of events) evolve(account, event);
    this.events.push(...encoded);
    this.#bytes += bytes;
    this.loaded.hash = encoded.at(-1)?.hash ?? this.loaded.hash;
    this.#recorded.set(first, events);
    const answer = answerTo(waiting.command, events, first);
    this.decided.push({ kind: 'answer', waiting, answer });
    return true;
  }

  #repeat(waiting: PendingCommand, revision: number): DecidedCommand {
    const { balance } = this.loaded.account;
    const events = this.#recorded.get(revision);
    if (events === undefined) return { kind: 'repeat', waiting, revision, balance };
    const answer = repeatAnswer(waiting.command, events, revision, balance);
    return { kind: 'answer', waiting, answer };
  }

  #encode(waiting: PendingCommand, events: NonEmpty<LedgerEvent>, first: number): EncodedEvent[] {
    const provenance = provenanceOf(
      waiting.command,
      waiting.origin,
      this.context.policyFingerprint,
    );
    let before = this.loaded.hash;
    return events.map((event, i) => {
      const place = { stream: this.stream, revision: first + i, before };
      const encoded = encodeEvent(event, provenance, place);
      before = encoded.hash;
      return encoded;
    });
  }

  /** One command is always whole, however large. */
  #fits(events: number, bytes: number): boolean {
    if (this.events.length === 0) return true;
    const { appendEventsMax, appendBytesMax } = this.context.limits;
    return this.events.length + events <= appendEventsMax && this.#bytes + bytes <= appendBytesMax;
  }
}
