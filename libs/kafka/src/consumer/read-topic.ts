import type { KafkaConnection } from '../connection.js';
import { withAdmin } from '../with-admin.js';
import { followTopic, type ReadOptions, type TopicReader } from './follow-topic.js';

const IDLE_MS_MAX = 60_000;

/** Reads all that a topic holds now, each partition in order. Rejects when nothing arrives for long. */
export async function readTopic(connection: KafkaConnection, options: ReadOptions): Promise<void> {
  const unread = await endOffsets(connection, options.topic);
  if (unread.size === 0) return;
  let timer: NodeJS.Timeout | undefined;
  let reader: TopicReader | null = null;
  try {
    await new Promise<void>((resolve, reject) => {
      const restartIdleTimer = (): void => {
        clearTimeout(timer);
        const error = new Error(`nothing arrived from ${options.topic} for ${IDLE_MS_MAX} ms`);
        timer = setTimeout(() => reject(error), IDLE_MS_MAX);
      };
      restartIdleTimer();
      const onProgress = (partition: number, next: bigint): void => {
        restartIdleTimer();
        if (next >= (unread.get(partition) ?? 0n)) unread.delete(partition);
        if (unread.size === 0) resolve();
      };
      followTopic(connection, { ...options, fromBeginning: true, onProgress }).then((opened) => {
        reader = opened;
        opened.failed.catch(reject);
      }, reject);
    });
  } finally {
    clearTimeout(timer);
    await (reader as TopicReader | null)?.close();
  }
}

/** The offset after the last message, of each partition that holds any. */
async function endOffsets(
  connection: KafkaConnection,
  topic: string,
): Promise<Map<number, bigint>> {
  const offsets = await withAdmin(connection, (admin) => admin.fetchTopicOffsets(topic));
  return new Map(
    offsets
      .filter(({ low, high }) => low !== high)
      .map(({ partition, high }) => [partition, BigInt(high)]),
  );
}
