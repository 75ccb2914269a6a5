import { Semaphore, backoffMs } from '#async';
import type { EachBatchPayload } from 'kafkajs';
import type { HandleResult, IncomingMessage, IncomingMessages, MessageHandler } from '../ports.js';
import type { FetchedMessages } from '../record-batches/fetched-messages.js';
import { fetchedMessages } from '../record-batches/messages-of-batch.js';
import type { ConsumeLimits, ConsumerObserver } from './consume-options.js';
import { OffsetCommitter, isRefusedCommit } from './offset-committer.js';
import type { OffsetJumpDetector } from './offset-jump-detector.js';
import { PartitionState } from './partition-state.js';
import { isProgrammingError } from './programming-error.js';
import { subBatchLength } from './sub-batch-length.js';

export interface BatchReaderOptions {
  readonly handler: MessageHandler;
  readonly limits: ConsumeLimits;
  readonly observer: ConsumerObserver;
  readonly offsetJumps: OffsetJumpDetector;
  readonly random: () => number;
  readonly onFatal: (cause: unknown) => void;
}

/** A message batch that can't be decoded. The message that stands for it has the details. */
export class UndecodableBatchError extends Error {
  override readonly name = 'UndecodableBatch';
}

/** How a sub-batch ended. Without a failure, messages that are not done are handled again at once. */
interface SubBatchResult {
  readonly done: number;
  readonly failure: { readonly cause: unknown } | null;
}

/** Gives kafkajs's batches to the handler in sub-batches and commits what is handled. */
export class BatchReader {
  readonly #commits = new OffsetCommitter();
  readonly #aborted = new AbortController();
  #partitions = new Map<number, PartitionState>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #decompressedBytes: Semaphore;

  constructor(private readonly options: BatchReaderOptions) {
    const { decompressedBytesMax, batchBytesMax } = options.limits;
    this.#decompressedBytes = new Semaphore(Math.max(decompressedBytesMax, batchBytesMax));
  }

  /** The group has a new generation: work that is running commits nothing any more. */
  partitionsRevoked(): void {
    this.#partitions = new Map();
    this.options.offsetJumps.partitionsRevoked();
    this.options.handler.partitionsRevoked();
  }

  /** Resolves when the sub-batches that are running are done. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  /** Stops waiting for the sub-batches that are running. */
  abort(): void {
    this.#aborted.abort();
  }

  /** This is kafkajs's `eachBatch`. After an error that it throws, kafkajs joins the group again. */
  readonly read = async (payload: EachBatchPayload): Promise<void> => {
    const reading = this.#read(payload);
    this.#running.add(reading);
    await reading.finally(() => this.#running.delete(reading));
  };

  async #read(payload: EachBatchPayload): Promise<void> {
    const fetched = fetchedMessages(payload.batch, this.options.limits, this.#decompressedBytes);
    try {
      await this.#readAll(payload, fetched);
    } finally {
      fetched.close();
    }
  }

  async #readAll(payload: EachBatchPayload, fetched: FetchedMessages): Promise<void> {
    const { batch } = payload;
    const partitions = this.#partitions;
    const state = this.#stateOf(batch.partition);
    const startedAt = performance.now();
    this.#detectJump(batch.partition, fetched);
    if (fetched.unreadable !== null) {
      const cause = new UndecodableBatchError(
        `the broker's response can't be read: ${fetched.unreadable}`,
      );
      return this.#pause(payload, state, String(fetched.firstOffset), cause);
    }
    do {
      const subBatch = await this.#subBatch(state, fetched);
      if (partitions !== this.#partitions) return;
      if (!isNotEmpty(subBatch)) return this.#commitAll(payload, state);
      const damaged = this.#refetchReason(state, subBatch[0]);
      if (damaged !== null) return this.#pause(payload, state, firstOffsetOf(subBatch[0]), damaged);
      const subBatchStartedAt = performance.now();
      const { done, failure } = await this.#handle(payload, state, subBatch);
      if (partitions !== this.#partitions) return;

      fetched.take(done);
      if (done > 0) {
        const isAll = fetched.isExhausted;
        const last = isAll ? batch.lastOffset() : (subBatch[done - 1] as IncomingMessage).offset;
        const uncommitted = await this.#commit(payload, last);
        if (uncommitted) return this.#pause(payload, state, subBatch[0].offset, uncommitted.cause);
        this.#succeeded(batch.partition, state, done, performance.now() - subBatchStartedAt);
        if (isAll) return;
      }
      if (failure) return this.#pause(payload, state, firstOffsetOf(subBatch[done]), failure.cause);
      await payload.heartbeat();
    } while (this.#mayContinue(payload, partitions, startedAt));
  }

  #detectJump(partition: number, { firstOffset }: FetchedMessages): void {
    const { offsetJumps, observer } = this.options;
    const jump = firstOffset === null ? null : offsetJumps.arrived(partition, String(firstOffset));
    if (jump !== null) observer.offsetJumped(jump);
  }

  /** A batch may hold no message to handle: markers of transactions, or what an aborted one wrote. */
  async #commitAll(payload: EachBatchPayload, state: PartitionState): Promise<void> {
    const offset = payload.batch.lastOffset();
    const uncommitted = await this.#commit(payload, offset);
    if (uncommitted) this.#pause(payload, state, offset, uncommitted.cause);
  }

  async #subBatch(state: PartitionState, fetched: FetchedMessages): Promise<IncomingMessage[]> {
    const countMax = state.messagesMax;
    const messages = await fetched.peek(countMax);
    if (messages.length === 0) return [];
    const perKeyMax = this.options.limits.subBatchPerKeyMax;
    const length = subBatchLength(messages, { countMax, perKeyMax });
    // An undecodable batch is handled by itself, so that no message before it waits for a refetch.
    const damaged = messages.findIndex(({ fault }) => fault?.kind === 'undecodable');
    return messages.slice(0, damaged < 0 ? length : Math.min(length, Math.max(1, damaged)));
  }

  #refetchReason(state: PartitionState, { fault }: IncomingMessage): UndecodableBatchError | null {
    if (fault?.isWorthFetchingAgain !== true || !state.mayRefetch()) return null;
    return new UndecodableBatchError(`a message batch can't be decoded: ${fault.detail}`);
  }

  #mayContinue(
    payload: EachBatchPayload,
    partitions: ReadonlyMap<number, PartitionState>,
    startedAt: number,
  ): boolean {
    const isOwned = payload.isRunning() && partitions === this.#partitions;
    return isOwned && performance.now() - startedAt < this.options.limits.partitionTurnMsMax;
  }

  async #handle(
    payload: EachBatchPayload,
    state: PartitionState,
    messages: IncomingMessages,
  ): Promise<SubBatchResult> {
    const { handler, limits, observer, onFatal } = this.options;
    // A heartbeat that is refused here is refused again after the sub-batch, and acted upon there.
    const heartbeat = setInterval(
      () => void payload.heartbeat().catch(() => {}),
      limits.heartbeatMs,
    );
    const stuckTimer = setTimeout(
      () => onFatal(new Error(`Messages were not handled within ${limits.handleMsMax} ms`)),
      limits.handleMsMax,
    );
    try {
      const result = await this.#handleOnce(messages);
      if (!result.failure || !isProgrammingError(result.failure.cause)) return result;
      const bug = result.failure.cause;
      if (messages.length === 1) return await sendToDeadLetters(handler, messages[0], bug);
      state.isolate(messages.length);
      observer.isolating({ partition: payload.batch.partition, messages: messages.length, bug });
      return { done: result.done, failure: null };
    } finally {
      clearInterval(heartbeat);
      clearTimeout(stuckTimer);
    }
  }

  /** Never throws. */
  async #handleOnce(messages: IncomingMessages): Promise<SubBatchResult> {
    const { signal } = this.#aborted;
    try {
      const result = await orAborted(signal, this.options.handler.handle(messages, signal));
      if (result.kind === 'all' || result.done >= messages.length) {
        return { done: messages.length, failure: null };
      }
      return { done: result.done, failure: { cause: result.cause } };
    } catch (cause) {
      return { done: 0, failure: { cause } };
    }
  }

  async #commit(payload: EachBatchPayload, offset: string): Promise<{ cause: unknown } | null> {
    const { partition } = payload.batch;
    const next = String(BigInt(offset) + 1n);
    try {
      await this.#commits.commit(payload, next);
    } catch (error) {
      if (!isRefusedCommit(error)) return { cause: error };
      this.options.observer.commitRefused(error);
      this.partitionsRevoked();
      throw error;
    }
    payload.resolveOffset(offset);
    this.options.offsetJumps.handled(partition, offset);
    this.options.offsetJumps.committed(partition, next);
    return null;
  }

  #succeeded(partition: number, state: PartitionState, messages: number, ms: number): void {
    const { observer } = this.options;
    if (state.succeeded(messages, ms)) observer.recovered(partition);
    observer.handled({ partition, messages, ms });
  }

  /** Fetches and heartbeats continue; this partition is fetched again after the back-off. */
  #pause(payload: EachBatchPayload, state: PartitionState, offset: string, cause: unknown): void {
    const { limits, random, observer } = this.options;
    const { partition } = payload.batch;
    if (!payload.isRunning()) return;
    const waitMs = backoffMs(state.failures, limits, random);
    state.failed();
    observer.paused({ partition, offset, failures: state.failures, waitMs, cause });
    setTimeout(payload.pause(), waitMs).unref();
  }

  #stateOf(partition: number): PartitionState {
    const state = this.#partitions.get(partition) ?? new PartitionState(this.options.limits);
    this.#partitions.set(partition, state);
    return state;
  }
}

/** The message that stands for an undecodable batch has the offset of the batch's last message. */
const firstOffsetOf = (message: IncomingMessage | undefined): string =>
  message?.fault?.batch?.firstOffset ?? message?.offset ?? '';

async function sendToDeadLetters(
  handler: MessageHandler,
  message: IncomingMessage,
  bug: unknown,
): Promise<SubBatchResult> {
  try {
    await handler.sendToDeadLetters(message, bug);
    return { done: 1, failure: null };
  } catch (cause) {
    return { done: 0, failure: { cause } };
  }
}

function isNotEmpty(messages: readonly IncomingMessage[]): messages is IncomingMessages {
  return messages.length > 0;
}

/**
 * The promise and its listener are made for each sub-batch: racing one that lives as long as the
 * consumer would keep something of every sub-batch in memory for as long.
 */
async function orAborted(
  signal: AbortSignal,
  handling: Promise<HandleResult>,
): Promise<HandleResult> {
  const stopped: HandleResult = { kind: 'some', done: 0, cause: new Error('The consumer stops') };
  let stop = (): void => undefined;
  const aborted = new Promise<HandleResult>((resolve) => {
    stop = () => resolve(stopped);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([handling, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
