import type { KafkaConnection } from './connection.js';

export interface PartitionLag {
  readonly partition: number;
  /** The offset of the next message to read; null: the group has committed nothing yet. */
  readonly committed: string | null;
  /** The offset after the last message. */
  readonly end: string;
  readonly messages: number;
}

export interface LagMeter {
  /** Asks the broker, so that messages count which wait for a consumer that is stopped. */
  measure(): Promise<readonly PartitionLag[]>;
  close(): Promise<void>;
}

export async function openLagMeter(
  connection: KafkaConnection,
  { topic, groupId }: { readonly topic: string; readonly groupId: string },
): Promise<LagMeter> {
  const admin = connection.admin();
  await admin.connect();
  return {
    measure: async () => {
      const [ends, [group]] = await Promise.all([
        admin.fetchTopicOffsets(topic),
        admin.fetchOffsets({ groupId, topics: [topic] }),
      ]);
      const committed = new Map(group?.partitions.map((p) => [p.partition, p.offset]));
      return ends
        .map(({ partition, low, high }) => lagOf(partition, low, high, committed.get(partition)))
        .sort((one, other) => one.partition - other.partition);
    },
    close: () => admin.disconnect(),
  };
}

function lagOf(
  partition: number,
  low: string,
  high: string,
  committedText: string | undefined,
): PartitionLag {
  // A negative offset stands for none: the group starts with the first message there is.
  const committed =
    committedText === undefined || committedText.startsWith('-') ? null : committedText;
  const next = committed === null || BigInt(committed) < BigInt(low) ? low : committed;
  const messages = Number(BigInt(high) - BigInt(next));
  return { partition, committed, end: high, messages: Math.max(0, messages) };
}
