import { requireKafkajsInternal } from './kafkajs-internals.js';
import { readFetchResponse, type FetchResponse } from '../record-batches/fetch-response.js';

/** Since this version a response carries record batches. No broker of this decade speaks an older one. */
const RECORD_BATCHES_SINCE_VERSION = 4;

/** What kafkajs hands to whoever encodes a fetch request. */
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

/** kafkajs's own table of how to encode a fetch request and decode its response, by version. */
interface Fetch {
  protocol: (at: { readonly version: number }) => CreateFetch;
}

/** What a response says of a partition, whoever asked for it. */
export interface PartitionFetched {
  readonly topic: string;
  readonly partition: number;
  /** Where a transaction that is still open keeps its readers; null: none does. */
  readonly blockedAt: string | null;
}

const listeners = new Set<(seen: PartitionFetched) => void>();

/** kafkajs keeps to itself how far transactions let a partition be read. Gives back how to end it. */
export function onPartitionFetched(listener: (seen: PartitionFetched) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const kafkajsFetch = (): Fetch => requireKafkajsInternal('protocol/requests/fetch') as Fetch;

/**
 * kafkajs unpacks all that was fetched at once and knows gzip alone: one batch in another codec, or
 * with more records than a call may have arguments, ends the consumer for good. Its headers are
 * copied for each header, it trusts every length, and commands of aborted transactions can come
 * through. So its decoder is not used: a response is read batch by batch, and unpacked by the reader
 * within limits.
 *
 * It also asks for the partitions in the same order each time, and a broker gives only the first one
 * that has something a batch that is larger than its share: another one must be the first each time.
 */
export function patchFetch(): void {
  const fetch = kafkajsFetch();
  const original = fetch.protocol;
  let requests = 0;
  fetch.protocol = (at) => {
    const make = original(at);
    if (at.version < RECORD_BATCHES_SINCE_VERSION) return make;
    return (fetched) => {
      const made = make({ ...fetched, topics: rotatePartitions(fetched.topics, requests++) });
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
      const heldAt = isBlocked && !lastStableOffset.startsWith('-') ? lastStableOffset : null;
      for (const listener of listeners) listener({ topic, partition, blockedAt: heldAt });
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
