import type { ICustomPartitioner, Message, Producer } from 'kafkajs';
import type { KafkaConnection } from '../connection.js';
import { keyPartition } from '../kafkajs-patches/key-partition.js';
import { GatheringQueue, type GatheringLimits } from '../gathering-queue.js';
import type { OutcomeSink, OutgoingMessage } from '../ports.js';
import { isProtocolError } from '../protocol-error.js';

/** One send stays below what a broker takes as one batch (1 MiB), even when all is for one partition. */
const LIMITS: GatheringLimits = {
  runSizeMax: 700_000,
  runItemsMax: 2_000,
  waitingItemsMax: 20_000,
};
/** A message's place in a batch, beside its key, value and headers. */
const MESSAGE_OVERHEAD_BYTES = 80;
const ACKNOWLEDGEMENT_MS_MAX = 10_000;
/** With all repeats, and before a consumer takes its handler for stuck. */
const SEND_MS_MAX = 30_000;
const CLOSE_MS_MAX = 3_000;
const TOO_LARGE_ERRORS = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'];

/** Whether a topic takes no message, or no batch of them, that is so large. */
export const isMessageTooLarge = (error: unknown): boolean =>
  isProtocolError(error, TOO_LARGE_ERRORS);

export interface OutcomeProducerOptions {
  readonly limits?: Partial<GatheringLimits>;
  readonly sendMsMax?: number;
  /** A producer was given up for a new one: what it sent last may come twice. */
  readonly onReplaced?: (cause: unknown) => void;
}

/** Thrown when there was no answer in time, or none for a partition that was sent to. */
export class NotAcknowledgedError extends Error {
  override readonly name = 'NotAcknowledged';
}

/**
 * Sends from any number of callers in one line: kafkajs loses the sequence of an idempotent producer
 * when sends overlap. What waits while a send is under way goes into the next one.
 */
export class OutcomeProducer implements OutcomeSink {
  readonly #queue: GatheringQueue<OutgoingMessage>;
  readonly #partitionsSent = new Set<string>();
  #producer: Promise<Producer> | null = null;
  #closed = false;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly options: OutcomeProducerOptions = {},
  ) {
    this.#queue = new GatheringQueue(
      {
        run: (messages) => this.#sendAll(messages),
        sizeOf: bytesOf,
        // A connection that is away is away for all; only a refusal can be about one message.
        mayBeOneItem: (error) =>
          error instanceof Error && 'retriable' in error && !hasExhaustedRetries(error),
      },
      { ...LIMITS, ...options.limits },
    );
  }

  /** Connects ahead of the first send, so that a start can fail when there is no Kafka. */
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

  /** One message that is too large must not hold up those that were sent with it. */
  async #sendAlone(message: OutgoingMessage): Promise<void> {
    try {
      await this.#queue.add([message]);
    } catch (error) {
      if (!isMessageTooLarge(error) || message.ifTooLarge === undefined) throw error;
      await this.#queue.add([message.ifTooLarge]);
    }
  }

  /** Resolves when all that was given to `send` is acknowledged or failed. */
  async flush(): Promise<void> {
    await this.#queue.idle();
  }

  /** Takes no more, sends what waits, disconnects. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.flush();
    const producer = this.#producer;
    this.#producer = null;
    if (producer !== null) await disconnect(producer);
  }

  async #sendAll(messages: readonly OutgoingMessage[]): Promise<void> {
    const connected = this.#connected();
    try {
      const producer = await connected;
      this.#partitionsSent.clear();
      const answers = await this.#inTime(
        producer.sendBatch({
          acks: -1,
          timeout: ACKNOWLEDGEMENT_MS_MAX,
          topicMessages: groupByTopic(messages),
        }),
      );
      // When a partition's leader moves during a send, kafkajs can leave that partition out.
      const acknowledged = new Set(answers.map((a) => partitionName(a.topicName, a.partition)));
      const missing = [...this.#partitionsSent].filter((place) => !acknowledged.has(place));
      if (missing.length > 0) throw new NotAcknowledgedError(`No answer for ${missing.join(', ')}`);
    } catch (error) {
      // Its sequence may be off now; a new producer begins a new one.
      if (this.#producer === connected) this.#producer = null;
      this.options.onReplaced?.(error);
      void disconnect(connected);
      throw error;
    }
  }

  async #inTime<T>(work: Promise<T>): Promise<T> {
    const msMax = this.options.sendMsMax ?? SEND_MS_MAX;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new NotAcknowledgedError(`No answer within ${msMax} ms`);
      timer = setTimeout(() => reject(error), msMax);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
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

  /** A repeated send must choose as before: the key decides, and without a key it is the first one. */
  readonly #partitioner: ICustomPartitioner = () => (args) => {
    const { key } = args.message;
    const bytes = Buffer.isBuffer(key) ? key : Buffer.from(key ?? '');
    const partition = key === null ? 0 : keyPartition(bytes, args.partitionMetadata.length);
    this.#partitionsSent.add(partitionName(args.topic, partition));
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
    own.push({ key, value, headers: { ...headers } as NonNullable<Message['headers']> });
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

/** kafkajs gives up after its repeats with this name: then it was trouble, not a refusal. */
function hasExhaustedRetries(error: Error): boolean {
  return error.name === 'KafkaJSNumberOfRetriesExceeded';
}

async function disconnect(producer: Promise<Producer>): Promise<void> {
  const limit = AbortSignal.timeout(CLOSE_MS_MAX);
  const expired = new Promise<void>((done) => limit.addEventListener('abort', () => done()));
  const disconnected = producer.then((open) => open.disconnect()).catch(() => undefined);
  await Promise.race([disconnected, expired]);
}
