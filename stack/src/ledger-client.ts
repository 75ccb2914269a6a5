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

/** What an AI service does: publishes commands, and listens for their outcomes. */
export class LedgerClient {
  readonly #waiting = new Map<string, (outcome: CommandOutcome) => void>();

  #reader: TopicReader | null = null;

  private constructor(
    private readonly connection: KafkaConnection,
    private readonly producer: Producer,
    private readonly source: string,
    private readonly key: SigningKey | null,
  ) {}

  /** `key`: what its messages are signed with; null: they are not. */
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

  /** Resolves with the outcome. Send the same id again when it does not come: it is carried out once. */
  async send(body: CommandBody, id: string): Promise<CommandOutcome> {
    const answered = new Promise<CommandOutcome>((resolve) => this.#waiting.set(id, resolve));
    try {
      const unsigned = commandMessage(body, { id, source: this.source });
      const { key } = this;
      const message = key === null ? unsigned : signMessage(unsigned, TOPICS.commands, key);
      await this.producer.send({ topic: TOPICS.commands, acks: -1, messages: [message] });
      return await withTimeout(answered, ANSWER_MS_MAX, {
        what: `no outcome of ${id} (a command that its sender may not send has none and is a dead letter)`,
      });
    } finally {
      this.#waiting.delete(id);
    }
  }

  async close(): Promise<void> {
    await this.#reader?.close();
    await this.producer.disconnect();
  }

  /** From now on: what was answered before is somebody else's. */
  async #listen(): Promise<void> {
    this.#reader = await followTopic(this.connection, {
      topic: TOPICS.outcomes,
      fromBeginning: false,
      groupPrefix: 'points-client',
      onMessages: (messages) => {
        for (const { value } of messages) this.#hear(value);
      },
    });
  }

  #hear(value: Buffer | null): void {
    const outcome = outcomeIn(value);
    if (!outcome.ok || outcome.value.command_source !== this.source) return;
    this.#waiting.get(outcome.value.command_id)?.(outcome.value);
  }
}

/** What is no outcome is none of ours, whoever wrote it there. */
function outcomeIn(value: Buffer | null): ReturnType<typeof parseOutcome> {
  try {
    return parseOutcome(JSON.parse(value?.toString('utf8') ?? 'null'));
  } catch {
    return parseOutcome(null);
  }
}
