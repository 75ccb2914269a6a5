import { markAbortedBatches, type AbortedTransaction } from './aborted-transactions.js';
import { ByteReader, MalformedRecordsError } from './byte-reader.js';
import { readBatches, type RecordBatch } from './record-batch.js';

// https://kafka.apache.org/protocol#The_Messages_Fetch

/** Stands for a partition's batches when not even their lengths can be read. */
export interface UnreadableBatches {
  readonly offset: string;
  readonly unreadable: string;
}

export type FetchedBatch = RecordBatch | UnreadableBatches;

/** It has the shape that kafkajs expects. */
export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset?: string;
  readonly abortedTransactions: readonly [];
  readonly preferredReadReplica?: number;
  readonly messages: readonly FetchedBatch[];
}

export interface FetchResponse {
  readonly throttleTime: number;
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly FetchedPartition[];
  }[];
}

/** The offset that was requested for a partition. */
export type FetchOffsets = (topic: string, partition: number) => string;

/** Splits a response into batches. They stay compressed, so that they take no further memory. */
export function readFetchResponse(
  bytes: Buffer,
  version: number,
  fetchOffset: FetchOffsets,
): FetchResponse {
  const reader = new ByteReader(bytes);
  const throttleTime = reader.int32();
  const errorCode = version >= 7 ? reader.int16() : 0;
  const sessionId = version >= 7 ? reader.int32() : 0;
  const responses = listOf(reader, () => {
    const topicName = reader.nullableString() ?? '';
    return {
      topicName,
      partitions: listOf(reader, () => readPartition(reader, version, topicName, fetchOffset)),
    };
  });
  // From version 8 on, the client has to throttle itself.
  const [brokerThrottleMs, clientThrottleMs] = version >= 8 ? [0, throttleTime] : [throttleTime, 0];
  return {
    throttleTime: brokerThrottleMs,
    clientSideThrottleTime: clientThrottleMs,
    errorCode,
    sessionId,
    responses,
  };
}

function readPartition(
  reader: ByteReader,
  version: number,
  topic: string,
  fetchOffset: FetchOffsets,
): FetchedPartition {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = String(reader.int64());
  const lastStableOffset = String(reader.int64());
  const startOffset = version >= 5 ? { lastStartOffset: String(reader.int64()) } : {};
  const aborted = listOf(reader, (): AbortedTransaction => ({
    producerId: reader.int64(),
    firstOffset: reader.int64(),
  }));
  const replica = version >= 11 ? { preferredReadReplica: reader.int32() } : {};
  const length = reader.int32();
  const bytes = length <= 0 ? Buffer.alloc(0) : reader.take(length);
  return {
    partition,
    errorCode,
    highWatermark,
    lastStableOffset,
    ...startOffset,
    // They are marked already, and kafkajs must not look for them.
    abortedTransactions: [],
    ...replica,
    messages: decodeBatches(bytes, aborted, () => fetchOffset(topic, partition)),
  };
}

/** A partition that can't be read must not keep the others from being read. */
function decodeBatches(
  bytes: Buffer,
  aborted: readonly AbortedTransaction[],
  fetchOffset: () => string,
): readonly FetchedBatch[] {
  try {
    return markAbortedBatches(readBatches(bytes), aborted);
  } catch (error) {
    if (!(error instanceof MalformedRecordsError)) throw error;
    return [{ offset: fetchOffset(), unreadable: error.message }];
  }
}

function listOf<T>(reader: ByteReader, read: () => T): T[] {
  const items: T[] = [];
  for (let left = reader.int32(); left > 0; left--) items.push(read());
  return items;
}
