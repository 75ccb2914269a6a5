import { NO_STREAM } from '@eventstore/db-client';
import { assertAppendSize } from '../append-size.js';
import { PermanentStoreError, type AppendResult } from '../port.js';
import { assertWellFormed } from '../assert-well-formed.js';
import { connectionStateAfter } from './connection-state.js';
import { AppendLookup, type Append, type AppendPlace } from './append-lookup.js';
import { backOffMs } from './back-off.js';
import type { ClientLease } from './clients.js';
import { pause, within } from './deadline.js';
import { UnknownAppends } from './unknown-appends.js';
import { formatPosition } from './esdb-position.js';
import { failureOf, type Failure } from './failure.js';
import { firstWithin } from './first-within.js';
import { explainAccessDenied, writePermission } from './missing-permission.js';
import type { EventStoreDbObserver, ResolvedEventStoreDbOptions } from './options.js';
import type { Session } from './session.js';
import { toEventData } from './stored-event.js';
import { Turnstile } from './turnstile.js';

const NOT_LEADER_TRIES_MAX = 4;

/** Sends appends by the classic call, and finds out what became of each. */
export class Appender {
  readonly semaphore: Turnstile;
  readonly #lookup: AppendLookup;
  readonly unknownAppends = new UnknownAppends();

  constructor(
    private readonly session: Session,
    private readonly options: ResolvedEventStoreDbOptions,
    private readonly observer: EventStoreDbObserver,
    private readonly closed: AbortSignal,
  ) {
    this.semaphore = new Turnstile(options.appendsInFlightMax);
    this.#lookup = new AppendLookup(session);
  }

  async append(append: Append): Promise<AppendResult> {
    assertAppendSize(append.stream, append.events);
    assertWellFormed(append.stream, append.events);
    try {
      await this.semaphore.enter(this.options.deadlineMs);
    } catch (cause) {
      return this.#unknown(append, cause);
    }
    try {
      return await this.appendAtLeader(append);
    } finally {
      this.semaphore.leave();
    }
  }

  /** "Not leader" is the one answer that says nothing was written and asks to come again. */
  async appendAtLeader(append: Append): Promise<AppendResult> {
    let cause: unknown;
    for (let tries = 0; tries < NOT_LEADER_TRIES_MAX && !this.closed.aborted; tries += 1) {
      if (tries > 0) await pause(backOffMs(tries - 1, this.options), this.closed);
      const result = await this.sendAndLookUp(append);
      if (result.kind !== 'not-leader') return this.#resultOf(append, result);
      cause = new Error(`the leader is said to be at ${result.leader.address}`);
    }
    return this.#unknown(append, cause ?? new Error('the store is closed'));
  }

  /**
   * The server drops a request that repeats an append which is not committed yet, and answers it
   * only when its own timer of three seconds is over. So an append that is not answered soon is
   * looked for: once it stands in its stream, it does not matter who wrote it.
   */
  async sendAndLookUp(append: Append): Promise<AppendResult | Failure> {
    const answer = this.send(append);
    for (let waitMs = this.options.lookUpAfterMs; ; waitMs *= 2) {
      const answered = await firstWithin(waitMs, answer);
      if (answered !== null) return answered;
      const found = await Promise.race([answer, this.#lookup.tryFind(append)]);
      if (found !== null) return 'kind' in found ? found : written(found);
    }
  }

  /** One call, and what came of it; it never rejects, and always settles. */
  async send(append: Append): Promise<AppendResult | Failure> {
    const { stream, expected, events } = append;
    const { clients, credentials, deadlineMs, names } = this.session;
    const lease = clients.lease();
    const call = lease.client.appendToStream(names.onServer(stream), events.map(toEventData), {
      expectedRevision: expected === -1 ? NO_STREAM : BigInt(expected),
      // Per call, or the client takes BatchAppend, whose deadline nobody watches.
      credentials,
      deadline: deadlineMs,
    });
    void call.catch(() => {}).finally(lease.release);
    try {
      const { nextExpectedRevision, position } = await within('an append', deadlineMs, call);
      lease.succeeded();
      const revision = Number(nextExpectedRevision);
      assertExpectedRevision(append, revision);
      if (position !== undefined)
        return { kind: 'ok', revision, position: formatPosition(position) };
      // Some servers don't say where a repeat was written.
      const place = await this.#lookup.tryFind(append);
      return { kind: 'ok', revision, position: place?.position ?? null };
    } catch (error) {
      return this.#failed(append, error, lease);
    }
  }

  async #failed(
    append: Append,
    error: unknown,
    lease: ClientLease,
  ): Promise<AppendResult | Failure> {
    const failure = failureOf(error);
    switch (failure.kind) {
      case 'unknown': {
        lease.failed(error);
        // A server that answers can be asked what it was that timed out.
        const found =
          connectionStateAfter(error) === 'live' ? await this.lookUpBriefly(append) : null;
        return found === null ? failure : written(found);
      }
      case 'not-leader':
        lease.redirected(error, failure.leader);
        return failure;
      default:
        lease.succeeded();
        return failure;
    }
  }

  /** One look more, which must not keep the caller for much longer. */
  lookUpBriefly(append: Append): Promise<AppendPlace | null> {
    return firstWithin(this.options.lookUpAfterMs, this.#lookup.tryFind(append));
  }

  async #resultOf(
    append: Append,
    result: AppendResult | Exclude<Failure, { kind: 'not-leader' }>,
  ): Promise<AppendResult> {
    const [{ id }] = append.events;
    switch (result.kind) {
      case 'ok':
        this.unknownAppends.remove(id);
        return result;
      case 'permanent':
        this.unknownAppends.remove(id);
        throw explainAccessDenied(
          result.error,
          this.session.credentials.username,
          writePermission(append.stream),
        );
      case 'unknown':
        return this.#unknown(append, result.cause);
      case 'conflict':
        return this.unknownAppends.has(id) ? this.resolveConflict(append, result) : result;
    }
  }

  /**
   * A refusal may come for what an earlier try, whose answer was lost, has written: what stands
   * behind the expected revision says whether it is that.
   */
  async resolveConflict(
    append: Append,
    conflict: AppendResult & { kind: 'conflict' },
  ): Promise<AppendResult> {
    try {
      const found = await this.#lookup.find(append);
      this.unknownAppends.remove(append.events[0].id);
      return found === null ? conflict : written(found);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === 'permanent') throw failure.error;
      return this.#unknown(append, error);
    }
  }

  #unknown({ stream, events }: Append, cause: unknown): AppendResult {
    this.unknownAppends.add(events[0].id);
    this.observer.appendUnknown?.(stream, cause);
    return { kind: 'unknown', cause };
  }
}

const written = ({ revision, position }: AppendPlace): AppendResult => ({
  kind: 'ok',
  revision,
  position,
});

/** A stream that was deleted takes "no stream" for an answer, and goes on counting where it was. */
function assertExpectedRevision({ stream, expected, events }: Append, revision: number): void {
  if (revision === expected + events.length) return;
  throw new PermanentStoreError(
    'stream-deleted',
    `${events.length} events behind revision ${expected} of stream ${stream} ended at ${revision}: ` +
      'somebody has deleted the stream before',
  );
}
