import type { EachBatchPayload } from 'kafkajs';
import { backOffMs } from '../back-off.js';
import { CommitLine, isRefusedCommit } from './offset-committer.js';
import type { ConsumeLimits, ConsumerObserver } from './consume-options.js';
import { ByteBudget } from '../byte-budget.js';
import type { FetchedMessages } from '../record-batches/fetched-messages.js';
import { fetchedMessages } from '../record-batches/messages-of-batch.js';
import { isBug } from './is-bug.js';
import type { OffsetWatch } from './offset-jump-detector.js';
import type { Handled, IncomingMessage, IncomingMessages, MessageReceiver } from '../ports.js';
import { Pace, subBatchLength } from './sub-batches.js';

export interface ReaderTerms {
  readonly receiver: MessageReceiver;
  readonly limits: ConsumeLimits;
  readonly observer: ConsumerObserver;
  readonly watch: OffsetWatch;
  readonly random: () => number;
  readonly onFatal: (cause: unknown) => void;
}

/** What is known of a partition while this process has it. */
interface Lane {
  readonly pace: Pace;
  failures: number;
  /** After a bug: so many messages are taken one at a time. */
  oneByOne: number;
  /** How often the batch that comes next was fetched and could not be decoded. */
  undecodable: number;
}

/** Bytes can be damaged on their way: they are fetched again so often before they count as damaged. */
const FETCHED_AGAIN_MAX = 2;

/** A message batch can't be decoded; what was read of it is in `fault`. */
export class UndecodableBatch extends Error {
  override readonly name = 'UndecodableBatch';
}

/** What came of a sub-batch. Without trouble, what is not through is taken again at once. */
interface Step {
  readonly done: number;
  readonly trouble: { readonly cause: unknown } | null;
}

/** Takes kafkajs's batches to the receiver in sub-batches and commits what is through. */
export class BatchReader {
  readonly #commits = new CommitLine();
  readonly #abandon = new AbortController();
  #lanes = new Map<number, Lane>();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #unpacked: ByteBudget;

  constructor(private readonly terms: ReaderTerms) {
    const { unpackedBytesMax, batchBytesMax } = terms.limits;
    this.#unpacked = new ByteBudget(Math.max(unpackedBytesMax, batchBytesMax));
  }

  /** Another generation: work under way commits nothing any more. */
  ownershipLost(): void {
    this.#lanes = new Map();
    this.terms.watch.ownershipLost();
    this.terms.receiver.ownershipLost();
  }

  /** Resolves when the sub-batches under way are through. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  /** Nobody waits for the sub-batches under way any more. */
  abandon(): void {
    this.#abandon.abort();
  }

  /** kafkajs's eachBatch. What it throws is kafkajs's own: it joins the group again then. */
  readonly read = async (payload: EachBatchPayload): Promise<void> => {
    const reading = this.#read(payload);
    this.#underWay.add(reading);
    await reading.finally(() => this.#underWay.delete(reading));
  };

  async #read(payload: EachBatchPayload): Promise<void> {
    const fetched = fetchedMessages(payload.batch, this.terms.limits, this.#unpacked);
    try {
      await this.#readAll(payload, fetched);
    } finally {
      fetched.close();
    }
  }

  async #readAll(payload: EachBatchPayload, fetched: FetchedMessages): Promise<void> {
    const { batch } = payload;
    const lanes = this.#lanes;
    const lane = this.#laneOf(batch.partition);
    const began = performance.now();
    this.#arrived(batch.partition, fetched);
    if (fetched.unreadable !== null) {
      const cause = new UndecodableBatch(
        `what the broker sent can't be read: ${fetched.unreadable}`,
      );
      return this.#pause(payload, lane, String(fetched.firstOffset), cause);
    }
    do {
      const subBatch = await this.#subBatch(lane, fetched);
      if (lanes !== this.#lanes) return;
      if (!isNotEmpty(subBatch)) return this.#commitAll(payload, lane);
      const damaged = this.#isToBeFetchedAgain(lane, subBatch[0]);
      if (damaged !== null) return this.#pause(payload, lane, beginOf(subBatch[0]), damaged);
      const subBatchBegan = performance.now();
      const { done, trouble } = await this.#handle(payload, lane, subBatch);
      if (lanes !== this.#lanes) return;

      fetched.take(done);
      if (done > 0) {
        const isAll = fetched.isThrough;
        const last = isAll ? batch.lastOffset() : (subBatch[done - 1] as IncomingMessage).offset;
        const uncommitted = await this.#commit(payload, last);
        if (uncommitted) return this.#pause(payload, lane, subBatch[0].offset, uncommitted.cause);
        this.#passed(batch.partition, lane, done, performance.now() - subBatchBegan);
        if (isAll) return;
      }
      if (trouble) return this.#pause(payload, lane, beginOf(subBatch[done]), trouble.cause);
      await payload.heartbeat();
    } while (this.#hasTurn(payload, lanes, began));
  }

  #arrived(partition: number, { firstOffset }: FetchedMessages): void {
    const { watch, observer } = this.terms;
    const jump = firstOffset === null ? null : watch.arrived(partition, String(firstOffset));
    if (jump !== null) observer.jumped(jump);
  }

  /** Nothing that was fetched is for a reader: markers of transactions, or what one took back. */
  async #commitAll(payload: EachBatchPayload, lane: Lane): Promise<void> {
    const offset = payload.batch.lastOffset();
    const uncommitted = await this.#commit(payload, offset);
    if (uncommitted) this.#pause(payload, lane, offset, uncommitted.cause);
  }

  async #subBatch(lane: Lane, fetched: FetchedMessages): Promise<IncomingMessage[]> {
    const countMax = lane.oneByOne > 0 ? 1 : lane.pace.count;
    const messages = await fetched.peek(countMax);
    if (messages.length === 0) return [];
    const length = subBatchLength(messages, 0, {
      countMax,
      perKeyMax: this.terms.limits.perKeyMax,
    });
    // One that can't be decoded is alone, so that nothing before it waits.
    const damaged = messages.findIndex(({ fault }) => fault?.kind === 'undecodable');
    return messages.slice(0, damaged < 0 ? length : Math.min(length, Math.max(1, damaged)));
  }

  #isToBeFetchedAgain(lane: Lane, { fault }: IncomingMessage): UndecodableBatch | null {
    if (fault?.isWorthFetchingAgain !== true || lane.undecodable >= FETCHED_AGAIN_MAX) return null;
    lane.undecodable++;
    return new UndecodableBatch(`a message batch can't be decoded: ${fault.detail}`);
  }

  #hasTurn(payload: EachBatchPayload, lanes: ReadonlyMap<number, Lane>, began: number): boolean {
    const used = performance.now() - began;
    return payload.isRunning() && lanes === this.#lanes && used < this.terms.limits.turnMsMax;
  }

  async #handle(payload: EachBatchPayload, lane: Lane, messages: IncomingMessages): Promise<Step> {
    const { receiver, limits, observer, onFatal } = this.terms;
    // A refused heartbeat is met again, and acted upon, when the sub-batch is through.
    const beat = setInterval(() => void payload.heartbeat().catch(() => {}), limits.heartbeatMs);
    const stuck = setTimeout(
      () => onFatal(new Error(`Messages were not handled within ${limits.handleMsMax} ms`)),
      limits.handleMsMax,
    );
    try {
      const step = await this.#step(messages);
      if (!step.trouble || !isBug(step.trouble.cause)) return step;
      const bug = step.trouble.cause;
      if (messages.length === 1) return await giveUp(receiver, messages[0], bug);
      lane.oneByOne = messages.length;
      observer.isolating({ partition: payload.batch.partition, messages: messages.length, bug });
      return { done: step.done, trouble: null };
    } finally {
      clearInterval(beat);
      clearTimeout(stuck);
    }
  }

  /** Never throws. */
  async #step(messages: IncomingMessages): Promise<Step> {
    const { signal } = this.#abandon;
    try {
      const handled = await unlessAborted(signal, this.terms.receiver.handle(messages, signal));
      if (handled.kind === 'all' || handled.done >= messages.length) {
        return { done: messages.length, trouble: null };
      }
      return { done: handled.done, trouble: { cause: handled.trouble } };
    } catch (cause) {
      return { done: 0, trouble: { cause } };
    }
  }

  async #commit(payload: EachBatchPayload, offset: string): Promise<{ cause: unknown } | null> {
    const { partition } = payload.batch;
    const next = String(BigInt(offset) + 1n);
    try {
      await this.#commits.commit(payload, next);
    } catch (error) {
      if (!isRefusedCommit(error)) return { cause: error };
      this.terms.observer.commitRefused(error);
      this.ownershipLost();
      throw error;
    }
    payload.resolveOffset(offset);
    this.terms.watch.passed(partition, offset);
    this.terms.watch.committed(partition, next);
    return null;
  }

  #passed(partition: number, lane: Lane, messages: number, ms: number): void {
    lane.pace.took(messages, ms);
    lane.oneByOne = Math.max(0, lane.oneByOne - messages);
    lane.undecodable = 0;
    if (lane.failures > 0) this.terms.observer.recovered(partition);
    lane.failures = 0;
    this.terms.observer.passed({ partition, messages, ms });
  }

  /** The fetches go on, and with them the heartbeats; this partition comes again from where it is. */
  #pause(payload: EachBatchPayload, lane: Lane, offset: string, cause: unknown): void {
    const { limits, random, observer } = this.terms;
    const { partition } = payload.batch;
    if (!payload.isRunning()) return;
    lane.failures++;
    const waitMs = backOffMs(
      lane.failures,
      { waitMsMin: limits.retryWaitMsMin, waitMsMax: limits.retryWaitMsMax },
      random,
    );
    observer.troubled({ partition, offset, failures: lane.failures, waitMs, cause });
    setTimeout(payload.pause(), waitMs).unref();
  }

  #laneOf(partition: number): Lane {
    const { subBatchMax, subBatchMsMax } = this.terms.limits;
    const lane = this.#lanes.get(partition) ?? {
      pace: new Pace(subBatchMax, subBatchMsMax),
      failures: 0,
      oneByOne: 0,
      undecodable: 0,
    };
    this.#lanes.set(partition, lane);
    return lane;
  }
}

/** A message batch that can't be decoded has the offset of its last message. */
const beginOf = (message: IncomingMessage | undefined): string =>
  message?.fault?.batch?.firstOffset ?? message?.offset ?? '';

async function giveUp(
  receiver: MessageReceiver,
  message: IncomingMessage,
  bug: unknown,
): Promise<Step> {
  try {
    await receiver.giveUp(message, bug);
    return { done: 1, trouble: null };
  } catch (cause) {
    return { done: 0, trouble: { cause } };
  }
}

function isNotEmpty(messages: readonly IncomingMessage[]): messages is IncomingMessages {
  return messages.length > 0;
}

/** A race with one promise for all sub-batches would keep something of each for as long as it is open. */
async function unlessAborted(signal: AbortSignal, handling: Promise<Handled>): Promise<Handled> {
  const given: Handled = { kind: 'some', done: 0, trouble: new Error('The consumer stops') };
  let give = (): void => undefined;
  const aborted = new Promise<Handled>((resolve) => {
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
