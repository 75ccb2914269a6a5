import { withTimeout } from '#async';
import {
  TOPICS,
  commandMessage,
  parseOutcome,
  type CommandBody,
  type CommandOutcome,
} from '#contracts';
import { signMessage, type SigningKey } from '#identity';
import { connectKafka, followTopic, type KafkaConnection, type TopicReader } from '#kafka';

type Producer = ReturnType<KafkaConnection['producer']>;

const ANSWER_MS_MAX = 30_000;

/** Publishes commands and listens for their outcomes, as an AI service does. */
export class LedgerClient {
  readonly pending = new Map<string, (outcome: CommandOutcome) => void>();

  #reader: TopicReader | null = null;

  private constructor(
    private readonly connection: KafkaConnection,
    private readonly producer: Producer,
    private readonly source: string,
    private readonly key: SigningKey | null,
  ) {}

  /** Messages are signed with `key`, or not signed when it is null. */
  static async connect(
    brokers: readonly string[],
    source: string,
    key: SigningKey | null = null,
  ): Promise<LedgerClient> {
    const connection = connectKafka({ brokers, clientId: 'points-ledger-client' });
    const producer = connection.producer({ idempotent: true, maxInFlightRequests: 1 });
    const client = new LedgerClient(connection, producer, source, key);
    await producer.connect();
    await client.#listen();
    return client;
  }

  /** Resolves with the outcome. After a timeout the same id may be sent again, and takes effect once. */
  async send(body: CommandBody, id: string): Promise<CommandOutcome> {
    const answered = new Promise<CommandOutcome>((resolve) => this.pending.set(id, resolve));
    try {
      const unsigned = commandMessage(body, { id, source: this.source });
      const { key } = this;
      const message = key === null ? unsigned : signMessage(unsigned, TOPICS.commands, key);
      await this.producer.send({ topic: TOPICS.commands, acks: -1, messages: [message] });
      return await withTimeout(answered, ANSWER_MS_MAX, {
        what: `no outcome of ${id} (a command that its sender may not send, or of a type that the rules in force don't know, has none and is a dead letter)`,
      });
    } finally {
      this.pending.delete(id);
    }
  }

  async close(): Promise<void> {
    await this.#reader?.close();
    await this.producer.disconnect();
  }

  /** Listens from the end of the topic, because earlier outcomes are not for this client. */
  async #listen(): Promise<void> {
    this.#reader = await followTopic(this.connection, {
      topic: TOPICS.outcomes,
      fromBeginning: false,
      groupPrefix: 'points-client',
      onMessages: (messages) => {
        for (const { value } of messages) this.receive(value);
      },
    });
  }

  receive(value: Buffer | null): void {
    const outcome = outcomeIn(value);
    if (!outcome.ok || outcome.value.command_source !== this.source) return;
    this.pending.get(outcome.value.command_id)?.(outcome.value);
  }
}

/** Messages that are not outcomes are ignored. */
function outcomeIn(value: Buffer | null): ReturnType<typeof parseOutcome> {
  try {
    return parseOutcome(JSON.parse(value?.toString('utf8') ?? 'null'));
  } catch {
    return parseOutcome(null);
  }
}
