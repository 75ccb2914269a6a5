import type { EachBatchPayload } from 'kafkajs';
import { backOffMs } from '../back-off.js';
import { OffsetCommitter, isRefusedCommit } from './offset-committer.js';
import type { ConsumeLimits, ConsumerObserver } from './consume-options.js';
import { ByteBudget } from '../byte-budget.js';
import type { FetchedMessages } from '../record-batches/fetched-messages.js';
import { fetchedMessages } from '../record-batches/messages-of-batch.js';
import { isProgrammingError } from './is-bug.js';
import type { OffsetJumpDetector } from './offset-jump-detector.js';
import type { HandleResult, IncomingMessage, IncomingMessages, MessageHandler } from '../ports.js';
import { AdaptiveBatchSize, subBatchLength } from './sub-batches.js';

export interface BatchReaderOptions {
  readonly handler: MessageHandler;
  readonly limits: ConsumeLimits;
  readonly observer: ConsumerObserver;
  readonly offsetJumps: OffsetJumpDetector;
  readonly random: () => number;
  readonly onFatal: (cause: unknown) => void;
}

/** What is known of a partition while this process has it. */
interface PartitionState {
  readonly batchSize: AdaptiveBatchSize;
  failures: number;
  /** After a bug: so many messages are taken one at a time. */
  isolatedLeft: number;
  /** How often the batch that comes next was fetched and could not be decoded. */
  refetches: number;
}

/** Bytes can be damaged on their way: they are fetched again so often before they count as damaged. */
const REFETCHES_MAX = 2;

/** A message batch can't be decoded; what was read of it is in `fault`. */
export class UndecodableBatchError extends Error {
  override readonly name = 'UndecodableBatch';
}

/** What came of a sub-batch. Without trouble, what is not through is taken again at once. */
interface SubBatchResult {
  readonly done: number;
  readonly failure: { readonly cause: unknown } | null;
}

/** Takes kafkajs's batches to the receiver in sub-batches and commits what is through. */
export class BatchReader {
  readonly #commits = new OffsetCommitter();
  readonly #aborted = new AbortController();
  #partitions = new Map<number, PartitionState>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #decompressedBytes: ByteBudget;

  constructor(private readonly options: BatchReaderOptions) {
    const { decompressedBytesMax, batchBytesMax } = options.limits;
    this.#decompressedBytes = new ByteBudget(Math.max(decompressedBytesMax, batchBytesMax));
  }

  /** Another generation: work under way commits nothing any more. */
  partitionsRevoked(): void {
    this.#partitions = new Map();
    this.options.offsetJumps.partitionsRevoked();
    this.options.handler.partitionsRevoked();
  }

  /** Resolves when the sub-batches under way are through. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  /** Nobody waits for the sub-batches under way any more. */
  abort(): void {
    this.#aborted.abort();
  }

  /** kafkajs's eachBatch. What it throws is kafkajs's own: it joins the group again then. */
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
        `what the broker sent can't be read: ${fetched.unreadable}`,
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

  /** Nothing that was fetched is for a reader: markers of transactions, or what one took back. */
  async #commitAll(payload: EachBatchPayload, state: PartitionState): Promise<void> {
    const offset = payload.batch.lastOffset();
    const uncommitted = await this.#commit(payload, offset);
    if (uncommitted) this.#pause(payload, state, offset, uncommitted.cause);
  }

  async #subBatch(state: PartitionState, fetched: FetchedMessages): Promise<IncomingMessage[]> {
    const countMax = state.isolatedLeft > 0 ? 1 : state.batchSize.count;
    const messages = await fetched.peek(countMax);
    if (messages.length === 0) return [];
    const length = subBatchLength(messages, 0, {
      countMax,
      perKeyMax: this.options.limits.subBatchPerKeyMax,
    });
    // One that can't be decoded is alone, so that nothing before it waits.
    const damaged = messages.findIndex(({ fault }) => fault?.kind === 'undecodable');
    return messages.slice(0, damaged < 0 ? length : Math.min(length, Math.max(1, damaged)));
  }

  #refetchReason(state: PartitionState, { fault }: IncomingMessage): UndecodableBatchError | null {
    if (fault?.isWorthFetchingAgain !== true || state.refetches >= REFETCHES_MAX) return null;
    state.refetches++;
    return new UndecodableBatchError(`a message batch can't be decoded: ${fault.detail}`);
  }

  #mayContinue(
    payload: EachBatchPayload,
    partitions: ReadonlyMap<number, PartitionState>,
    startedAt: number,
  ): boolean {
    const used = performance.now() - startedAt;
    return (
      payload.isRunning() &&
      partitions === this.#partitions &&
      used < this.options.limits.partitionTurnMsMax
    );
  }

  async #handle(
    payload: EachBatchPayload,
    state: PartitionState,
    messages: IncomingMessages,
  ): Promise<SubBatchResult> {
    const { handler, limits, observer, onFatal } = this.options;
    // A refused heartbeat is met again, and acted upon, when the sub-batch is through.
    const heartbeat = setInterval(
      () => void payload.heartbeat().catch(() => {}),
      limits.heartbeatMs,
    );
    const stuckTimer = setTimeout(
      () => onFatal(new Error(`Messages were not handled within ${limits.handleMsMax} ms`)),
      limits.handleMsMax,
    );
    try {
      const step = await this.#handleOnce(messages);
      if (!step.failure || !isProgrammingError(step.failure.cause)) return step;
      const bug = step.failure.cause;
      if (messages.length === 1) return await sendToDeadLetters(handler, messages[0], bug);
      state.isolatedLeft = messages.length;
      observer.isolating({ partition: payload.batch.partition, messages: messages.length, bug });
      return { done: step.done, failure: null };
    } finally {
      clearInterval(heartbeat);
      clearTimeout(stuckTimer);
    }
  }

  /** Never throws. */
  async #handleOnce(messages: IncomingMessages): Promise<SubBatchResult> {
    const { signal } = this.#aborted;
    try {
      const handled = await orAborted(signal, this.options.handler.handle(messages, signal));
      if (handled.kind === 'all' || handled.done >= messages.length) {
        return { done: messages.length, failure: null };
      }
      return { done: handled.done, failure: { cause: handled.trouble } };
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
    state.batchSize.record(messages, ms);
    state.isolatedLeft = Math.max(0, state.isolatedLeft - messages);
    state.refetches = 0;
    if (state.failures > 0) this.options.observer.recovered(partition);
    state.failures = 0;
    this.options.observer.handled({ partition, messages, ms });
  }

  /** The fetches go on, and with them the heartbeats; this partition comes again from where it is. */
  #pause(payload: EachBatchPayload, state: PartitionState, offset: string, cause: unknown): void {
    const { limits, random, observer } = this.options;
    const { partition } = payload.batch;
    if (!payload.isRunning()) return;
    state.failures++;
    const waitMs = backOffMs(
      state.failures,
      { waitMsMin: limits.backoffMsMin, waitMsMax: limits.backoffMsMax },
      random,
    );
    observer.paused({ partition, offset, failures: state.failures, waitMs, cause });
    setTimeout(payload.pause(), waitMs).unref();
  }

  #stateOf(partition: number): PartitionState {
    const { subBatchMessagesMax, subBatchMsMax } = this.options.limits;
    const state = this.#partitions.get(partition) ?? {
      batchSize: new AdaptiveBatchSize(subBatchMessagesMax, subBatchMsMax),
      failures: 0,
      isolatedLeft: 0,
      refetches: 0,
    };
    this.#partitions.set(partition, state);
    return state;
  }
}

/** A message batch that can't be decoded has the offset of its last message. */
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

/** A race with one promise for all sub-batches would keep something of each for as long as it is open. */
async function orAborted(
  signal: AbortSignal,
  handling: Promise<HandleResult>,
): Promise<HandleResult> {
  const given: HandleResult = { kind: 'some', done: 0, trouble: new Error('The consumer stops') };
  let give = (): void => undefined;
  const aborted = new Promise<HandleResult>((resolve) => {
    give = () => resolve(given);
    if (signal.aborted) give();
    signal.addEventListener('abort', give, { once: true });
  });
  try {
    return await Promise.race([handling, aborted]);
  } finally {
    signal.removeEventListener('abort', give);
  }
}
