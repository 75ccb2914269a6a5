import { TOPICS, type OutgoingMessage } from '#contracts';
import { connectKafka, readTopic as readAll, type IncomingMessage } from '#kafka';

const SEND_MS_MAX = 60_000;

/** Publishes messages in order, and retries each until it is acknowledged, so that duplicates are possible. */
export class Publisher {
  readonly #producer;

  constructor(brokers: readonly string[]) {
    const connection = connectKafka({ brokers, clientId: 'torture-services' });
    this.#producer = connection.producer({});
  }

  async publish(messages: readonly OutgoingMessage[]): Promise<void> {
    const until = Date.now() + SEND_MS_MAX;
    for (;;) {
      try {
        await this.#producer.connect();
        await this.#producer.send({
          topic: TOPICS.commands,
          acks: -1,
          messages: messages.map(({ key, value, headers }) => ({ key, value, headers })),
        });
        return;
      } catch (error) {
        if (Date.now() > until) throw error;
      }
    }
  }

  close(): Promise<void> {
    return this.#producer.disconnect();
  }
}

/** All messages of a topic, with each partition in order. */
export async function readTopic(
  brokers: readonly string[],
  topic: string,
): Promise<IncomingMessage[]> {
  const connection = connectKafka({ brokers, clientId: 'torture-reader' });
  const found: IncomingMessage[] = [];
  await readAll(connection, {
    topic,
    // A dead letter has the headers of its message, and those with the reason.
    limits: { headersMax: 1_000, headerBytesMax: 1024 * 1024 },
    onMessages: (messages) => void found.push(...messages),
  });
  return found.sort(
    (a, b) => a.partition - b.partition || Number(BigInt(a.offset) - BigInt(b.offset)),
  );
}
