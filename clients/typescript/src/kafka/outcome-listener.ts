import { randomUUID } from 'node:crypto';
import type { Consumer, Kafka } from 'kafkajs';
import { ClientClosedError } from '../protocol/errors.js';
import { backoffMs } from '../support/backoff.js';
import { sleep, type Clock } from '../support/clock.js';
import { messageOf, type Log } from '../support/log.js';
import { settledUntil } from '../support/settled-until.js';

export interface ListenerOptions {
  readonly topic: string;
  /** Its group is named by this and a random part. */
  readonly groupPrefix: string;
  /** Called with the value of every message. */
  readonly onMessage: (value: Buffer | null) => void;
}

const FETCH_WAIT_MS = 1_000;
/** How soon outcomes are heard of a partition that is added. */
const METADATA_MS_MAX = 30_000;
/** How long it may take to leave once the time of the close is over. */
const LEAVE_MS_MAX = 2_000;

/**
 * Reads the outcomes of everybody from the moment of its start, for all calls of the process. kafkajs reads in
 * groups only, so that it has one of its own, which commits nothing and is deleted at close: nothing is
 * stolen from others. It keeps its place by itself, because a group without commits would skip what came
 * while it joined again.
 */
export class OutcomeListener {
  readonly #groupId: string;
  /** The next offset of each partition. */
  readonly #next = new Map<number, bigint>();
  #starting: Promise<void> | null = null;
  #consumer: Consumer | null = null;
  readonly #closing = new AbortController();

  constructor(
    private readonly kafka: Pick<Kafka, 'admin' | 'consumer'>,
    private readonly options: ListenerOptions,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.#groupId = `${options.groupPrefix}-${randomUUID()}`;
  }

  /**
   * Resolves once it knows from where it reads: what is answered from now on is heard. It is tried until it works, so
   * that all who wait for it go on in the order in which they came.
   */
  start(): Promise<void> {
    this.#starting ??= this.#startAtLast();
    return this.#starting;
  }

  async #startAtLast(): Promise<void> {
    const { signal } = this.#closing;
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        return await this.#start();
      } catch (error) {
        const what = { failures, error: messageOf(error) };
        this.log({ level: 'warn', msg: 'outcomes are not heard yet', ...what });
        await sleep(this.clock, backoffMs(failures), signal);
      }
    }
    throw new ClientClosedError();
  }

  async #start(): Promise<void> {
    const { topic } = this.options;
    await this.#noteEnds();
    const consumer = this.kafka.consumer({
      groupId: this.#groupId,
      allowAutoTopicCreation: false,
      // A fetch that waits delays the close.
      maxWaitTimeInMs: FETCH_WAIT_MS,
      metadataMaxAge: METADATA_MS_MAX,
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      for (const partition of memberAssignment[topic] ?? []) {
        const next = this.#next.get(partition);
        // A partition that was added since the start is read from its beginning.
        consumer.seek({ topic, partition, offset: String(next ?? 0n) });
      }
    });
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      this.log({
        level: restart ? 'warn' : 'error',
        msg: 'outcomes are not heard',
        restart,
        error: messageOf(error),
      });
      // Another call begins anew, where this one stopped.
      if (!restart) this.#starting = null;
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [topic], fromBeginning: false });
      await consumer.run({
        autoCommit: false,
        eachBatch: async ({ batch }) => {
          for (const { value } of batch.messages) this.options.onMessage(value);
          this.#next.set(batch.partition, BigInt(batch.lastOffset()) + 1n);
        },
      });
    } catch (error) {
      await consumer.disconnect();
      throw error;
    }
    if (this.#closing.signal.aborted) await this.#stop(consumer);
    else this.#consumer = consumer;
  }

  /** Only what is not known yet: after a crash it goes on where it was. */
  async #noteEnds(): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      for (const { partition, high } of await admin.fetchTopicOffsets(this.options.topic)) {
        if (!this.#next.has(partition)) this.#next.set(partition, BigInt(high));
      }
    } finally {
      await admin.disconnect();
    }
  }

  /** A start that is still on its way stops by itself after that time. */
  async close(untilMs: number): Promise<void> {
    const { clock } = this;
    this.#closing.abort();
    if (this.#starting !== null) await settledUntil(clock, untilMs, [this.#starting]);
    const consumer = this.#consumer;
    this.#consumer = null;
    if (consumer === null) return;
    const stopped = this.#stop(consumer);
    await settledUntil(clock, Math.max(untilMs, clock.now() + LEAVE_MS_MAX), [stopped]);
  }

  async #stop(consumer: Consumer): Promise<void> {
    try {
      await consumer.disconnect();
    } catch (error) {
      this.log({ level: 'debug', msg: 'consumer was not connected', error: messageOf(error) });
    }
    await this.#deleteGroup();
  }

  /** Most brokers have deleted a group without offsets with its last member. */
  async #deleteGroup(): Promise<void> {
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      await admin.deleteGroups([this.#groupId]);
    } catch (error) {
      this.log({ level: 'debug', msg: 'group was not deleted', error: messageOf(error) });
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}
