import { TOPICS } from '#contracts';
import { connectKafka } from '#kafka';

const GROUP = 'points-ledger-intake';

/** The partitions of the commands of which the group has not committed the end. */
export async function uncommittedPartitions(brokers: readonly string[]): Promise<number[]> {
  const admin = connectKafka({ brokers, clientId: 'torture' }).admin();
  await admin.connect();
  try {
    const ends = await admin.fetchTopicOffsets(TOPICS.commands);
    const [group] = await admin.fetchOffsets({ groupId: GROUP, topics: [TOPICS.commands] });
    const read = new Map(group?.partitions.map(({ partition, offset }) => [partition, offset]));
    return ends
      .filter(({ partition, high }) => high !== '0' && read.get(partition) !== high)
      .map(({ partition }) => partition);
  } finally {
    await admin.disconnect();
  }
}
