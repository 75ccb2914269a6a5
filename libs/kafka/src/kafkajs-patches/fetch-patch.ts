import { requireKafkajsInternal } from '../kafkajs-internals.js';
import { readFetchResponse, type FetchResponse } from '../record-batches/fetch-response.js';

/** The first version whose responses carry record batches: brokers have it since 2017. */
const RECORD_BATCHES_SINCE_VERSION = 4;

/** What kafkajs passes to the encoder of a fetch request. */
export interface FetchRequest {
  readonly topics: readonly FetchTopic[];
}

interface FetchTopic {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly fetchOffset: string }[];
}

interface FetchProtocol {
  readonly response: { readonly decode: (bytes: Buffer) => Promise<FetchResponse> };
}

type CreateFetch = (fetched: FetchRequest) => FetchProtocol;

/** The module of kafkajs that creates encoder and decoder for a version of the protocol. */
interface Fetch {
  protocol: (at: { readonly version: number }) => CreateFetch;
}

/** What a fetch response tells about a partition. */
export interface PartitionFetched {
  readonly topic: string;
  readonly partition: number;
  /** The offset at which an open transaction blocks the partition; null: none does. */
  readonly blockedAt: string | null;
}

const listeners = new Set<(fetched: PartitionFetched) => void>();

/** kafkajs does not tell how far transactions allow a partition to be read. Returns how to stop. */
export function onPartitionFetched(listener: (fetched: PartitionFetched) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const kafkajsFetch = (): Fetch => requireKafkajsInternal('protocol/requests/fetch') as Fetch;

/**
 * Replaces the decoder of kafkajs. This is needed to be correct, not to be fast:
 * - kafkajs decompresses everything that was fetched at once and knows gzip only. A batch with another
 *   codec, or with more records than a call may have arguments, stops the consumer for good.
 * - It trusts every length, and it reads headers in quadratic time.
 * - It can deliver the messages of aborted transactions.
 * Here a response is split into record batches, which the reader decompresses later, within limits.
 *
 * kafkajs also fetches the partitions in the same order each time. A broker sends a batch that is
 * larger than a partition's share only for the first partition that has messages: so each request
 * begins with another partition, or one of them could wait for ever.
 */
export function patchFetch(): void {
  const fetch = kafkajsFetch();
  const original = fetch.protocol;
  let requests = 0;
  fetch.protocol = (at) => {
    const createFetch = original(at);
    if (at.version < RECORD_BATCHES_SINCE_VERSION) return createFetch;
    return (fetched) => {
      const made = createFetch({
        ...fetched,
        topics: rotatePartitions(fetched.topics, requests++),
      });
      const decode = async (bytes: Buffer): Promise<FetchResponse> => {
        const response = readFetchResponse(bytes, at.version, (topic, partition) =>
          fetchOffsetOf(fetched.topics, topic, partition),
        );
        if (listeners.size > 0) notifyListeners(response);
        return response;
      };
      return { ...made, response: { ...made.response, decode } };
    };
  };
}

function notifyListeners({ responses }: FetchResponse): void {
  for (const { topicName: topic, partitions } of responses) {
    for (const { partition, lastStableOffset, highWatermark, messages } of partitions) {
      const isBlocked = messages.length === 0 && BigInt(lastStableOffset) < BigInt(highWatermark);
      const blockedAt = isBlocked && !lastStableOffset.startsWith('-') ? lastStableOffset : null;
      for (const listener of listeners) listener({ topic, partition, blockedAt });
    }
  }
}

export const rotatePartitions = (topics: readonly FetchTopic[], requests: number): FetchTopic[] =>
  topics.map(({ topic, partitions }) => {
    const first = requests % Math.max(1, partitions.length);
    return { topic, partitions: [...partitions.slice(first), ...partitions.slice(0, first)] };
  });

function fetchOffsetOf(topics: readonly FetchTopic[], topic: string, partition: number): string {
  const found = topics
    .find((one) => one.topic === topic)
    ?.partitions.find((one) => one.partition === partition);
  return found?.fetchOffset ?? '0';
}
