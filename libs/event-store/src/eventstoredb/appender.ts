import { NO_STREAM } from '@eventstore/db-client';
import { refuseTooLarge } from '../append-size.js';
import type { AppendResult, EncodedEvent, NonEmpty, RecordedEvent } from '../port.js';
import { backOffMs } from './back-off.js';
import type { Clients } from './clients.js';
import type { Credentials } from './connection-string.js';
import { pause, within } from './deadline.js';
import { Doubts } from './doubts.js';
import { formatPosition } from './esdb-position.js';
import { failureOf, type Failure } from './failure.js';
import type { EventStoreDbObserver, Settings } from './options.js';
import { RepeatDetector } from './repeat-detector.js';
import { toEventData } from './stored-event.js';
import { readStream } from './stream-reader.js';
import { Turnstile } from './turnstile.js';

const NOT_LEADER_TRIES_MAX = 4;

interface Append {
  readonly stream: string;
  readonly expected: number;
  readonly events: NonEmpty<EncodedEvent>;
}

/** Sends appends by the classic call, and finds out what became of each. */
export class Appender {
  readonly #turnstile: Turnstile;
  readonly #repeats = new RepeatDetector();
  readonly #doubts = new Doubts();

  constructor(
    private readonly clients: Clients,
    private readonly credentials: Credentials,
    private readonly settings: Settings,
    private readonly observer: EventStoreDbObserver,
    private readonly closed: AbortSignal,
  ) {
    this.#turnstile = new Turnstile(settings.appendsInFlightMax);
  }

  async append(append: Append): Promise<AppendResult> {
    refuseTooLarge(append.stream, append.events);
    try {
      await this.#turnstile.enter(this.settings.deadlineMs);
    } catch (cause) {
      return this.#unknown(append, cause);
    }
    try {
      return await this.#send(append);
    } finally {
      this.#turnstile.leave();
    }
  }

  /** "Not leader" is the one answer that says nothing was written and asks to come again. */
  async #send(append: Append): Promise<AppendResult> {
    let cause: unknown;
    for (let tries = 0; tries < NOT_LEADER_TRIES_MAX && !this.closed.aborted; tries += 1) {
      if (tries > 0) await pause(backOffMs(tries - 1, this.settings), this.closed);
      const result = await this.#try(append);
      if (result.kind !== 'not-leader') return this.#resultOf(append, result);
      cause = new Error(`the leader is said to be at ${result.leader.address}`);
    }
    return this.#unknown(append, cause ?? new Error('the store is closed'));
  }

  async #try(append: Append): Promise<AppendResult | Failure> {
    const { stream, expected, events } = append;
    const { deadlineMs } = this.settings;
    const lease = this.clients.lease();
    const sentAt = this.#repeats.mark();
    const answer = lease.client.appendToStream(stream, events.map(toEventData), {
      expectedRevision: expected === -1 ? NO_STREAM : BigInt(expected),
      // Per call, or the client takes BatchAppend, whose deadline nobody watches.
      credentials: this.credentials,
      deadline: deadlineMs,
    });
    void answer.catch(() => {}).finally(lease.release);
    try {
      const { nextExpectedRevision, position } = await within('an append', deadlineMs, answer);
      const revision = expected + events.length;
      if (Number(nextExpectedRevision) !== revision) {
        return { kind: 'unknown', cause: new Error(`answered ${nextExpectedRevision}`) };
      }
      return {
        kind: 'ok',
        revision,
        position: position === undefined ? null : formatPosition(position),
        repeated: this.#repeats.isRepeat(position?.commit, sentAt),
      };
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === 'unknown') lease.spoil(failure.cause);
      if (failure.kind === 'not-leader') lease.spoil(error, failure.leader);
      return failure;
    }
  }

  async #resultOf(
    append: Append,
    result: AppendResult | Exclude<Failure, { kind: 'not-leader' }>,
  ): Promise<AppendResult> {
    const [{ id }] = append.events;
    switch (result.kind) {
      case 'ok':
        this.#doubts.settle(id);
        return result;
      case 'permanent':
        this.#doubts.settle(id);
        throw result.error;
      case 'unknown':
        return this.#unknown(append, result.cause);
      case 'conflict':
        return this.#doubts.has(id) ? this.#conflictOrOurs(append, result) : result;
    }
  }

  /**
   * A refusal may come for what an earlier try, whose answer was lost, has written: the ids that
   * stand behind the expected revision say whose they are.
   */
  async #conflictOrOurs(
    append: Append,
    conflict: AppendResult & { kind: 'conflict' },
  ): Promise<AppendResult> {
    try {
      const ours = await this.#ourLast(append);
      this.#doubts.settle(append.events[0].id);
      if (ours === null) return conflict;
      return { kind: 'ok', revision: ours.revision, position: ours.position, repeated: true };
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === 'permanent') throw failure.error;
      return this.#unknown(append, error);
    }
  }

  /** The last event of the append as it stands in the stream; null: not all of them stand there. */
  async #ourLast({ stream, expected, events }: Append): Promise<RecordedEvent | null> {
    const options = { from: expected + 1, limit: events.length };
    const { deadlineMs } = this.settings;
    const there = readStream(this.clients, this.credentials, deadlineMs, stream, options);
    let seen = 0;
    for await (const event of there) {
      if (events[seen]?.id !== event.id) return null;
      seen += 1;
      if (seen === events.length) return event;
    }
    return null;
  }

  #unknown({ stream, events }: Append, cause: unknown): AppendResult {
    this.#doubts.add(events[0].id);
    this.observer.appendUnknown?.(stream, cause);
    return { kind: 'unknown', cause };
  }
}
