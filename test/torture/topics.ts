import { randomUUID } from 'node:crypto';
import { TOPICS, type OutgoingMessage } from '#contracts';
import { connectKafka, type IncomingMessage } from '#kafka';

const SEND_MS_MAX = 60_000;

/** Publishes in order, each until it is acknowledged: a message may come twice, as in life. */
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

/** Everything that a topic holds, each partition in its order. */
export async function readTopic(
  brokers: readonly string[],
  topic: string,
): Promise<IncomingMessage[]> {
  const connection = connectKafka({ brokers, clientId: 'torture-reader' });
  const admin = connection.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const missing = new Map(
    ends.filter(({ high }) => high !== '0').map(({ partition, high }) => [partition, Number(high)]),
  );
  const found: IncomingMessage[] = [];
  if (missing.size === 0) return found;
  const consumer = connection.consumer({ groupId: `torture-${randomUUID()}` });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        autoCommit: false,
        eachBatch: async ({ batch: { partition, messages, highWatermark } }) => {
          for (const { offset, key, value, headers = {}, timestamp } of messages) {
            const timestampMs = Number(timestamp);
            found.push({ topic, partition, offset, key, value, headers, timestampMs });
          }
          const last = Number(messages.at(-1)?.offset ?? Number(highWatermark) - 1);
          if (last + 1 >= (missing.get(partition) ?? 0)) missing.delete(partition);
          if (missing.size === 0) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return found.sort(
    (a, b) => a.partition - b.partition || Number(BigInt(a.offset) - BigInt(b.offset)),
  );
}
