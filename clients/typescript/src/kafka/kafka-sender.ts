import {
  Partitioners,
  type ICustomPartitioner,
  type IHeaders,
  type Kafka,
  type Producer,
} from 'kafkajs';
import { ClientClosedError, InvalidCommandError } from '../protocol/errors.js';
import type { KafkaMessage } from '../protocol/messages.js';
import { backoffMs } from '../support/backoff.js';
import { sleep, type Clock } from '../support/clock.js';
import { messageOf, type Log } from '../support/log.js';
import { settledUntil } from '../support/settled-until.js';
import type { AttemptLimits } from '../transport/transport.js';

export interface SenderLimits {
  /** Messages of one send. The next ones are prepared while it is on its way. */
  readonly batchMessagesMax: number;
  /** Below what a broker takes as one batch (1 MiB), even if it is for one partition. */
  readonly batchBytesMax: number;
}

const SENDER_LIMITS: SenderLimits = {
  batchMessagesMax: 1_000,
  batchBytesMax: 900_000,
};

/** What a message takes in a batch beside its key, value and headers. */
const OVERHEAD_BYTES = 80;
const ACKNOWLEDGEMENT_MS_MAX = 10_000;
/** How often messages are looked for whose time is over, while any is on its way. */
const LATE_EVERY_MS = 200;
/** How long a connection may take to end once the time of the close is over. */
const DISCONNECT_MS_MAX = 1_000;

/** No broker has confirmed the message in time: it may be in the topic all the same. */
export class NotAcknowledgedError extends Error {
  override readonly name = 'NotAcknowledgedError';
}

interface Queued {
  readonly message: KafkaMessage;
  readonly limits: AttemptLimits;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Sends in the order of the calls, one batch at a time: kafkajs loses the sequence of an idempotent producer
 * when sends overlap. A batch that fails is sent again before any later message, so that the commands of a
 * user keep their order.
 */
export class KafkaSender {
  #queue: Queued[] = [];
  #onTheirWay: readonly Queued[] = [];
  readonly #limits: SenderLimits;
  readonly #closing = new AbortController();
  /** To which the last send went. */
  readonly #partitions = new Set<string>();
  #producer: Promise<Producer> | null = null;
  #running: Promise<void> | null = null;
  #isClosed = false;

  constructor(
    private readonly kafka: Pick<Kafka, 'producer'>,
    private readonly clock: Clock,
    private readonly log: Log,
    limits: Partial<SenderLimits> = {},
  ) {
    this.#limits = { ...SENDER_LIMITS, ...limits };
  }

  /** Resolves when all replicas have the message. What is queued is bounded by the time that each may take. */
  async send(message: KafkaMessage, limits: AttemptLimits): Promise<void> {
    if (this.#isClosed) throw new ClientClosedError();
    return new Promise<void>((resolve, reject) => {
      this.#queue.push({ message, limits, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Sends what is queued until then, and rejects the rest. */
  async close(untilMs: number): Promise<void> {
    this.#isClosed = true;
    const { clock } = this;
    if (this.#running !== null) await settledUntil(clock, untilMs, [this.#running]);
    this.#closing.abort();
    this.#rejectLate();
    const producer = this.#producer;
    if (producer === null) return;
    const disconnected = [this.#disconnect(producer)];
    // For a send that is on its way kafkajs connects again, so that it is disconnected once more behind it.
    if (this.#running !== null) {
      disconnected.push(this.#running.then(() => this.#disconnect(producer)));
    }
    await settledUntil(clock, Math.max(untilMs, clock.now() + DISCONNECT_MS_MAX), disconnected);
  }

  async #run(): Promise<void> {
    // Commands that are sent in the same turn of the event loop share the first batch.
    await Promise.resolve();
    const stop = this.#watchTime();
    while (this.#queue.length > 0) await this.#sendBatch(this.#nextBatch());
    this.#onTheirWay = [];
    stop();
    this.#running = null;
  }

  /** kafkajs tries a send for as long as it likes, and nobody waits longer than they said. */
  #watchTime(): () => void {
    let stop = (): void => undefined;
    const watch = (): void => {
      this.#rejectLate();
      if (this.#closing.signal.aborted) return;
      stop = this.clock.after(LATE_EVERY_MS, watch);
    };
    stop = this.clock.after(LATE_EVERY_MS, watch);
    return () => stop();
  }

  #rejectLate(): void {
    this.#withoutLate(this.#onTheirWay);
    this.#queue = this.#withoutLate(this.#queue);
  }

  #nextBatch(): readonly Queued[] {
    let bytes = 0;
    let count = 0;
    for (const { message } of this.#queue) {
      bytes += bytesOf(message);
      if (count > 0 && bytes > this.#limits.batchBytesMax) break;
      count += 1;
      if (count === this.#limits.batchMessagesMax) break;
    }
    return this.#queue.splice(0, count);
  }

  async #sendBatch(batch: readonly Queued[]): Promise<void> {
    let live = batch;
    for (let failures = 1; ; failures += 1) {
      live = this.#withoutLate(live);
      this.#onTheirWay = live;
      if (live.length === 0) return;
      try {
        await this.#produce(live.map(({ message }) => message));
        for (const { resolve } of live) resolve();
        return;
      } catch (error) {
        if (isTooLarge(error)) return this.#sendHalves(live, error);
        this.log({
          level: 'warn',
          msg: 'messages are sent again',
          messages: live.length,
          failures,
          error: messageOf(error),
        });
        await sleep(this.clock, backoffMs(failures), this.#closing.signal);
      }
    }
  }

  /** The batch is too large for its topic, or one message of it is. */
  async #sendHalves(batch: readonly Queued[], error: unknown): Promise<void> {
    const [first] = batch;
    if (batch.length === 1 && first !== undefined) {
      const detail = 'The message is larger than its topic takes';
      first.reject(new InvalidCommandError(detail, 'value', { cause: error }));
      return;
    }
    const half = Math.ceil(batch.length / 2);
    await this.#sendBatch(batch.slice(0, half));
    await this.#sendBatch(batch.slice(half));
  }

  #withoutLate(batch: readonly Queued[]): Queued[] {
    const nowMs = this.clock.now();
    return batch.filter(({ limits, reject }) => {
      const isLate = limits.signal?.aborted === true || nowMs >= limits.untilMs;
      if (!isLate && !this.#closing.signal.aborted) return true;
      reject(new NotAcknowledgedError('No broker has confirmed the message in time'));
      return false;
    });
  }

  async #produce(messages: readonly KafkaMessage[]): Promise<void> {
    const connected = (this.#producer ??= this.#connect());
    try {
      const producer = await connected;
      this.#partitions.clear();
      const answers = await producer.sendBatch({
        acks: -1,
        timeout: ACKNOWLEDGEMENT_MS_MAX,
        topicMessages: byTopic(messages),
      });
      // kafkajs can leave a partition out of a send when its leader moves meanwhile.
      const acknowledged = new Set(answers.map((a) => partitionName(a.topicName, a.partition)));
      const missing = [...this.#partitions].filter((name) => !acknowledged.has(name));
      if (missing.length > 0) throw new Error(`no acknowledgement of ${missing.join(', ')}`);
    } catch (error) {
      // Its sequence numbers may be wrong now; a new producer begins a new sequence.
      this.#producer = null;
      void this.#disconnect(connected);
      throw error;
    }
  }

  async #connect(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: this.#partitioner,
    });
    await producer.connect();
    return producer;
  }

  /** murmur2 as in Java: two services must write one user into one partition. */
  readonly #partitioner: ICustomPartitioner = () => {
    const choose = Partitioners.DefaultPartitioner();
    return (args) => {
      const partition = choose(args);
      this.#partitions.add(partitionName(args.topic, partition));
      return partition;
    };
  };

  async #disconnect(producer: Promise<Producer>): Promise<void> {
    try {
      await (await producer).disconnect();
    } catch (error) {
      this.log({ level: 'debug', msg: 'producer was not connected', error: messageOf(error) });
    }
  }
}

const partitionName = (topic: string, partition: number): string => `${topic}/${partition}`;

function byTopic(messages: readonly KafkaMessage[]) {
  const topics = new Map<string, { key: string; value: string; headers: IHeaders }[]>();
  for (const { topic, key, value, headers } of messages) {
    const own = topics.get(topic) ?? [];
    if (own.length === 0) topics.set(topic, own);
    own.push({ key, value, headers });
  }
  return [...topics].map(([topic, own]) => ({ topic, messages: own }));
}

function bytesOf({ key, value, headers }: KafkaMessage): number {
  let bytes = OVERHEAD_BYTES + key.length + Buffer.byteLength(value);
  // A list of the entries would be made anew for each message.
  for (const name in headers) {
    bytes += name.length + Buffer.byteLength(headers[name] ?? '') + 4;
  }
  return bytes;
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error &&
  'type' in error &&
  ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'].includes(String(error.type));
