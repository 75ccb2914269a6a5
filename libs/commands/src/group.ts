import type { EncodedEvent, Position } from '#event-store';
import {
  answerAgain,
  answerTo,
  answerWithout,
  decide,
  evolve,
  type Account,
  type Answer,
  type LedgerCommand,
  type LedgerEvent,
  type NonEmpty,
} from '#ledger';
import type { Baseline } from './baseline.js';
import type { DeskTerms } from './desk-terms.js';
import { bytesOf, encodeEvent, provenanceOf, type Origin } from './encode-event.js';
import type { Visitor } from './entrance.js';
import { DecisionFailed } from './errors.js';

export interface Answered {
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
export interface Waiting extends Visitor {
  readonly command: LedgerCommand;
  readonly origin: Origin;
  readonly checkRecording: RecordingCheck | undefined;
  resolve(answered: Answered): void;
}

/** Answered by events that were stored before: they have to be read back. */
export interface Repeat {
  readonly kind: 'repeat';
  readonly waiting: Waiting;
  readonly revision: number;
  readonly balance: number;
}

export type Decided =
  | { readonly kind: 'answer'; readonly waiting: Waiting; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly waiting: Waiting; readonly error: DecisionFailed }
  | { readonly kind: 'forbidden'; readonly waiting: Waiting; readonly error: Error }
  | Repeat;

/** Decides in order as many of those waiting as fit one append; always at least one. */
export function decideTogether(
  baseline: Baseline,
  waiting: readonly Waiting[],
  terms: DeskTerms,
): Group {
  const group = new Group(baseline, terms);
  for (const one of waiting) {
    if (group.isClosed || !group.add(one)) break;
  }
  return group;
}

/** Commands of one account that are decided on one state, and their events: one append. */
export class Group {
  readonly stream: string;
  /** The revision behind which the events go. */
  readonly expected: number;
  readonly decided: Decided[] = [];
  readonly events: EncodedEvent[] = [];
  /** The rules failed on it: the state may be half changed. */
  isSpoiled = false;
  #bytes = 0;
  /** What is recorded here, by its first revision: a repeat may come in the same group. */
  readonly #recorded = new Map<number, NonEmpty<LedgerEvent>>();

  constructor(
    private readonly baseline: Baseline,
    private readonly terms: DeskTerms,
  ) {
    this.stream = baseline.stream;
    this.expected = baseline.account.revision;
  }

  /** Of the last event, once everything decided here is recorded. */
  get hash(): Uint8Array {
    return this.baseline.hash;
  }

  get isClosed(): boolean {
    const { appendEventsMax } = this.terms.limits;
    return this.isSpoiled || this.decided.length >= appendEventsMax;
  }

  /** False: what came of it does not fit. Nothing has happened then. */
  add(waiting: Waiting): boolean {
    try {
      return this.#decide(waiting);
    } catch (cause) {
      const error = new DecisionFailed(this.stream, waiting.command.commandId, { cause });
      this.decided.push({ kind: 'failed', waiting, error });
      this.isSpoiled = true;
      return true;
    }
  }

  #decide(waiting: Waiting): boolean {
    const { command } = waiting;
    const { account } = this.baseline;
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
        const answer = answerWithout(command, decision, account.balance);
        this.decided.push({ kind: 'answer', waiting, answer });
        return true;
      }
    }
  }

  #record(waiting: Waiting, events: NonEmpty<LedgerEvent>): boolean {
    const { account } = this.baseline;
    const first = account.revision + 1;
    const encoded = this.#encode(waiting, events, first);
    const bytes = encoded.reduce((sum, event) => sum + bytesOf(event), 0);
    if (!this.#fits(encoded.length, bytes)) return false;
    for (const event of events) evolve(account, event);
    this.events.push(...encoded);
    this.#bytes += bytes;
    this.baseline.hash = encoded.at(-1)?.hash ?? this.baseline.hash;
    this.#recorded.set(first, events);
    const answer = answerTo(waiting.command, events, first);
    this.decided.push({ kind: 'answer', waiting, answer });
    return true;
  }

  #repeat(waiting: Waiting, revision: number): Decided {
    const { balance } = this.baseline.account;
    const events = this.#recorded.get(revision);
    if (events === undefined) return { kind: 'repeat', waiting, revision, balance };
    const answer = answerAgain(waiting.command, events, revision, balance);
    return { kind: 'answer', waiting, answer };
  }

  #encode(waiting: Waiting, events: NonEmpty<LedgerEvent>, first: number): EncodedEvent[] {
    const provenance = provenanceOf(waiting.command, waiting.origin, this.terms.policyPrint);
    let before = this.baseline.hash;
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
    const { appendEventsMax, appendBytesMax } = this.terms.limits;
    return this.events.length + events <= appendEventsMax && this.#bytes + bytes <= appendBytesMax;
  }
}
