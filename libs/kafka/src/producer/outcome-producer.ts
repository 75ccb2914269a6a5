import { BatchingQueue, settledWithin, withTimeout, type BatchingLimits, type Clock } from '#async';
import type { ICustomPartitioner, Message, Producer } from 'kafkajs';
import type { KafkaConnection } from '../connection.js';
import type { OutcomeSink, OutgoingMessage } from '../ports.js';
import { isProtocolError } from '../protocol-error.js';
import { partitionOfKey } from './partition-of-key.js';

/** One send stays below what a broker takes as one batch (1 MiB), even if it is for one partition. */
const LIMITS: BatchingLimits = {
  batchSizeMax: 700_000,
  batchItemsMax: 2_000,
  queuedItemsMax: 20_000,
};
/** What a message takes in a batch besides its key, value and headers. */
const MESSAGE_OVERHEAD_BYTES = 80;
const ACKNOWLEDGEMENT_MS_MAX = 10_000;
/** For a send with all its retries. It ends before a consumer takes its handler for stuck. */
const SEND_MS_MAX = 30_000;
const CLOSE_MS_MAX = 3_000;
const TOO_LARGE_ERRORS = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'];

/** Whether a topic refuses a message, or a batch of messages, because of its size. */
export const isMessageTooLarge = (error: unknown): boolean =>
  isProtocolError(error, TOO_LARGE_ERRORS);

export interface OutcomeProducerOptions {
  readonly limits?: Partial<BatchingLimits>;
  readonly sendMsMax?: number;
  readonly clock?: Pick<Clock, 'after'>;
  /** The producer was replaced by a new one: messages that it sent last may arrive twice. */
  readonly onReplaced?: (cause: unknown) => void;
}

/** Thrown when a partition that was sent to is missing in the answer. */
export class NotAcknowledgedError extends Error {
  override readonly name = 'NotAcknowledged';
}

/**
 * Sends for any number of callers, one batch at a time: kafkajs loses the sequence of an idempotent
 * producer when sends overlap. Messages that are added during a send go out with the next one.
 */
export class OutcomeProducer implements OutcomeSink {
  readonly #queue: BatchingQueue<OutgoingMessage>;
  readonly #partitionsSent = new Set<string>();
  #producer: Promise<Producer> | null = null;
  #closed = false;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly options: OutcomeProducerOptions = {},
  ) {
    this.#queue = new BatchingQueue(
      {
        run: (messages) => this.#sendAll(messages),
        sizeOf: bytesOf,
        // An outage fails every message; only a refusal can be the fault of one of them.
        isItemError: (error) =>
          error instanceof Error && 'retriable' in error && !hasExhaustedRetries(error),
      },
      { ...LIMITS, ...options.limits },
    );
  }

  /** Connects before the first send, so that a process without Kafka fails when it starts. */
  async connect(): Promise<void> {
    await this.#connected();
  }

  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    if (this.#closed) throw new Error('The producer is closed');
    try {
      await this.#queue.add(messages);
    } catch (error) {
      if (!isMessageTooLarge(error)) throw error;
      for (const message of messages) await this.#sendAlone(message);
    }
  }

  /** A message that is too large must not keep those from being sent that came with it. */
  async #sendAlone(message: OutgoingMessage): Promise<void> {
    try {
      await this.#queue.add([message]);
    } catch (error) {
      if (!isMessageTooLarge(error) || message.ifTooLarge === undefined) throw error;
      await this.#queue.add([message.ifTooLarge]);
    }
  }

  /** Refuses further messages, sends those that are queued, and disconnects. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#queue.idle();
    const producer = this.#producer;
    this.#producer = null;
    if (producer !== null) await disconnect(producer);
  }

  async #sendAll(messages: readonly OutgoingMessage[]): Promise<void> {
    const connected = this.#connected();
    try {
      const producer = await connected;
      this.#partitionsSent.clear();
      const answers = await withTimeout(
        producer.sendBatch({
          acks: -1,
          timeout: ACKNOWLEDGEMENT_MS_MAX,
          topicMessages: groupByTopic(messages),
        }),
        this.options.sendMsMax ?? SEND_MS_MAX,
        { what: 'no acknowledgement', clock: this.options.clock },
      );
      // kafkajs can leave a partition out of a send when its leader moves meanwhile.
      const acknowledged = new Set(answers.map((a) => partitionName(a.topicName, a.partition)));
      const missing = [...this.#partitionsSent].filter((name) => !acknowledged.has(name));
      if (missing.length > 0) throw new NotAcknowledgedError(`No answer for ${missing.join(', ')}`);
    } catch (error) {
      // Its sequence numbers may be wrong now; a new producer starts a new sequence.
      if (this.#producer === connected) this.#producer = null;
      this.options.onReplaced?.(error);
      void disconnect(connected);
      throw error;
    }
  }

  #connected(): Promise<Producer> {
    this.#producer ??= this.#open();
    return this.#producer;
  }

  async #open(): Promise<Producer> {
    const producer = this.connection.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: this.#partitioner,
    });
    await producer.connect();
    return producer;
  }

  /** A retry must choose the same partition: the key's, or the first one for a message without key. */
  readonly #partitioner: ICustomPartitioner =
    () =>
    ({ topic, partitionMetadata, message: { key } }) => {
      const partition = key == null ? 0 : partitionOfKey(key, partitionMetadata.length);
      this.#partitionsSent.add(partitionName(topic, partition));
      return partition;
    };
}

function groupByTopic(
  messages: readonly OutgoingMessage[],
): { topic: string; messages: Message[] }[] {
  const topics = new Map<string, Message[]>();
  for (const { topic, key, value, headers } of messages) {
    const own = topics.get(topic) ?? [];
    if (own.length === 0) topics.set(topic, own);
    own.push({ key, value, headers: (headers ?? {}) as NonNullable<Message['headers']> });
  }
  return [...topics].map(([topic, own]) => ({ topic, messages: own }));
}

function bytesOf({ key, value, headers = {} }: OutgoingMessage): number {
  let bytes = MESSAGE_OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  for (const name in headers) {
    const header = headers[name] ?? '';
    const values = typeof header === 'string' || Buffer.isBuffer(header) ? [header] : header;
    for (const one of values) bytes += name.length + one.length + 4;
  }
  return bytes;
}

function partitionName(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

/** kafkajs gives up after its retries with this error: the cause was an outage, not a refusal. */
function hasExhaustedRetries(error: Error): boolean {
  return error.name === 'KafkaJSNumberOfRetriesExceeded';
}

async function disconnect(producer: Promise<Producer>): Promise<void> {
  await settledWithin(
    producer.then((open) => open.disconnect()),
    CLOSE_MS_MAX,
  );
}
