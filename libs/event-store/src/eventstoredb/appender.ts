import { NO_STREAM } from '@eventstore/db-client';
import { RetryBudget, Semaphore, valueWithin, withTimeout } from '#async';
import { assertAppendSize } from '../append-size.js';
import { PermanentStoreError, type AppendResult } from '../port.js';
import { assertWellFormed } from '../assert-well-formed.js';
import { connectionStateAfter } from './connection-state.js';
import { AppendLookup, type Append, type AppendPlace } from './append-lookup.js';
import type { ClientLease } from './clients.js';
import { UnknownAppends } from './unknown-appends.js';
import { formatPosition } from './esdb-position.js';
import { failureOf, type Failure } from './failure.js';
import { LatencyEstimate } from './latency-estimate.js';
import { explainAccessDenied, writePermission } from './missing-permission.js';
import type { EventStoreDbObserver, ResolvedEventStoreDbOptions } from './options.js';
import type { Session } from './session.js';
import { toEventData } from './stored-event.js';

const NOT_LEADER_ATTEMPTS_MAX = 4;
/** An append is looked up at least this many times before its deadline, however slow the server is. */
const LOOKUPS_BEFORE_DEADLINE_MIN = 4;

/** Sends appends by the classic call, and determines whether each was written. */
export class Appender {
  readonly #inFlight: Semaphore;
  readonly #lookup: AppendLookup;
  readonly #unknownAppends = new UnknownAppends();
  readonly #latency = new LatencyEstimate();

  constructor(
    private readonly session: Session,
    private readonly options: ResolvedEventStoreDbOptions,
    private readonly observer: EventStoreDbObserver,
    private readonly closed: AbortSignal,
  ) {
    this.#inFlight = new Semaphore(options.appendsInFlightMax, { clock: options.clock });
    this.#lookup = new AppendLookup(session);
  }

  async append(append: Append): Promise<AppendResult> {
    assertAppendSize(append.stream, append.events);
    assertWellFormed(append.stream, append.events);
    try {
      await this.#inFlight.acquire({ waitMsMax: this.options.deadlineMs });
    } catch (cause) {
      return this.#unknown(append, cause);
    }
    try {
      return await this.#appendAtLeader(append);
    } finally {
      this.#inFlight.release();
    }
  }

  /** "Not leader" is the only answer after which nothing was written and a retry is safe at once. */
  async #appendAtLeader(append: Append): Promise<AppendResult> {
    const { options, closed } = this;
    const retries = new RetryBudget(
      { ...options, attemptsMax: NOT_LEADER_ATTEMPTS_MAX, totalMsMax: Infinity },
      { ...options, signal: closed },
    );
    let cause: unknown;
    while (!closed.aborted) {
      const result = await this.#sendAndLookUp(append);
      if (result.kind !== 'not-leader') return this.#resultOf(append, result);
      cause = new Error(`the leader is said to be at ${result.leader.address}`);
      if (!(await retries.waitAfterFailure())) break;
    }
    return this.#unknown(append, cause ?? new Error('the store is closed'));
  }

  /**
   * The server drops a request that repeats an append which is not committed yet, and answers it
   * only when its own timeout of three seconds has passed. So an append whose answer is late is
   * looked up: once it stands in its stream, it does not matter which request wrote it.
   */
  async #sendAndLookUp(append: Append): Promise<AppendResult | Failure> {
    const answer = this.#send(append);
    for (let waitMs = this.#lookUpAfterMs(); ; waitMs *= 2) {
      const answered = await valueWithin(answer, waitMs, null, this.options.clock);
      if (answered !== null) return answered;
      const found = await Promise.race([answer, this.#lookup.tryFind(append)]);
      if (found !== null) return 'kind' in found ? found : written(found);
    }
  }

  #lookUpAfterMs(): number {
    const { lookUpAfterMs, deadlineMs } = this.options;
    const lateAfterMs = Math.min(
      this.#latency.lateAfterMs,
      deadlineMs / 2 ** LOOKUPS_BEFORE_DEADLINE_MIN,
    );
    return Math.max(lookUpAfterMs, lateAfterMs);
  }

  /** One call and its result. It never rejects and always settles. */
  async #send(append: Append): Promise<AppendResult | Failure> {
    const { stream, expected, events } = append;
    const { clients, clock, credentials, deadlineMs, names } = this.session;
    const lease = clients.lease();
    const sentAtMs = clock.now();
    const call = lease.client.appendToStream(names.onServer(stream), events.map(toEventData), {
      expectedRevision: expected === -1 ? NO_STREAM : BigInt(expected),
      // With credentials per call the client uses the classic append. Without them it uses
      // BatchAppend, whose deadline it does not watch.
      credentials,
      deadline: deadlineMs,
    });
    void call.catch(() => {}).finally(lease.release);
    const answered = () => {
      this.#latency.observe(clock.now() - sentAtMs);
      lease.succeeded();
    };
    try {
      const { nextExpectedRevision, position } = await withTimeout(call, deadlineMs, {
        what: 'no answer to an append',
        clock,
      });
      answered();
      const revision = Number(nextExpectedRevision);
      assertExpectedRevision(append, revision);
      if (position !== undefined)
        return { kind: 'ok', revision, position: formatPosition(position) };
      // Some servers do not return the position of a repeated append.
      const place = await this.#lookup.tryFind(append);
      return { kind: 'ok', revision, position: place?.position ?? null };
    } catch (error) {
      return this.#failed(append, error, lease, answered);
    }
  }

  async #failed(
    append: Append,
    error: unknown,
    lease: ClientLease,
    answered: () => void,
  ): Promise<AppendResult | Failure> {
    const failure = failureOf(error);
    switch (failure.kind) {
      case 'unknown': {
        lease.failed(error);
        // A live server can be read to determine whether the append that timed out was written.
        const isLive = connectionStateAfter(error) === 'live';
        const found = isLive ? await this.#lookUpBriefly(append) : null;
        return found === null ? failure : written(found);
      }
      case 'not-leader':
        lease.redirected(error, failure.leader);
        return failure;
      default:
        answered();
        return failure;
    }
  }

  /** One more lookup, which must not delay the caller for much longer. */
  #lookUpBriefly(append: Append): Promise<AppendPlace | null> {
    return valueWithin(
      this.#lookup.tryFind(append),
      this.#lookUpAfterMs(),
      null,
      this.options.clock,
    );
  }

  async #resultOf(
    append: Append,
    result: AppendResult | Exclude<Failure, { kind: 'not-leader' }>,
  ): Promise<AppendResult> {
    const [{ id }] = append.events;
    const { username } = this.session.credentials;
    switch (result.kind) {
      case 'ok':
        this.#unknownAppends.remove(id);
        return result;
      case 'permanent':
        this.#unknownAppends.remove(id);
        throw explainAccessDenied(result.error, username, writePermission(append.stream));
      case 'unknown':
        return this.#unknown(append, result.cause);
      case 'conflict':
        return this.#unknownAppends.has(id) ? this.#resolveConflict(append, result) : result;
    }
  }

  /**
   * A conflict may be caused by an earlier attempt of the same append whose answer was lost. The
   * event after the expected revision shows whether it was.
   */
  async #resolveConflict(
    append: Append,
    conflict: AppendResult & { kind: 'conflict' },
  ): Promise<AppendResult> {
    try {
      const found = await this.#lookup.find(append);
      this.#unknownAppends.remove(append.events[0].id);
      return found === null ? conflict : written(found);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === 'permanent') throw failure.error;
      return this.#unknown(append, error);
    }
  }

  #unknown({ stream, events }: Append, cause: unknown): AppendResult {
    this.#unknownAppends.add(events[0].id);
    this.observer.appendUnknown?.(stream, cause);
    return { kind: 'unknown', cause };
  }
}

const written = ({ revision, position }: AppendPlace): AppendResult => ({
  kind: 'ok',
  revision,
  position,
});

/** A deleted stream accepts "no stream" as its revision, and continues its old numbering. */
function assertExpectedRevision({ stream, expected, events }: Append, revision: number): void {
  if (revision === expected + events.length) return;
  throw new PermanentStoreError(
    'stream-deleted',
    `${events.length} events behind revision ${expected} of stream ${stream} ended at ${revision}: ` +
      'the stream was deleted before',
  );
}
