import { insideKafkajs } from './kafkajs-internals.js';
import { readFetchResponse, type FetchResponse } from '../record-batches/fetch-response.js';

/** Since this version a response carries record batches. No broker of this decade speaks an older one. */
const RECORD_BATCHES_SINCE = 4;

/** What kafkajs hands to whoever encodes a fetch request. */
export interface FetchArguments {
  readonly topics: readonly FetchTopic[];
}

interface FetchTopic {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly fetchOffset: string }[];
}

interface Made {
  readonly response: { readonly decode: (bytes: Buffer) => Promise<FetchResponse> };
}

type Make = (fetched: FetchArguments) => Made;

/** kafkajs's own table of how to encode a fetch request and decode its response, by version. */
interface Fetch {
  protocol: (at: { readonly version: number }) => Make;
}

/** What a response says of a partition, whoever asked for it. */
export interface PartitionSeen {
  readonly topic: string;
  readonly partition: number;
  /** Where a transaction that is still open keeps its readers; null: none does. */
  readonly heldAt: string | null;
}

const onlookers = new Set<(seen: PartitionSeen) => void>();

/** kafkajs keeps to itself how far transactions let a partition be read. Gives back how to end it. */
export function watchFetched(onSeen: (seen: PartitionSeen) => void): () => void {
  onlookers.add(onSeen);
  return () => onlookers.delete(onSeen);
}

export const kafkajsFetch = (): Fetch => insideKafkajs('protocol/requests/fetch') as Fetch;

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
  let turns = 0;
  fetch.protocol = (at) => {
    const make = original(at);
    if (at.version < RECORD_BATCHES_SINCE) return make;
    return (fetched) => {
      const made = make({ ...fetched, topics: rotate(fetched.topics, turns++) });
      const decode = async (bytes: Buffer): Promise<FetchResponse> => {
        const response = readFetchResponse(bytes, at.version, (topic, partition) =>
          fetchOffsetOf(fetched.topics, topic, partition),
        );
        if (onlookers.size > 0) tellOnlookers(response);
        return response;
      };
      return { ...made, response: { ...made.response, decode } };
    };
  };
}

function tellOnlookers({ responses }: FetchResponse): void {
  for (const { topicName: topic, partitions } of responses) {
    for (const { partition, lastStableOffset, highWatermark, messages } of partitions) {
      const isHeld = messages.length === 0 && BigInt(lastStableOffset) < BigInt(highWatermark);
      const heldAt = isHeld && !lastStableOffset.startsWith('-') ? lastStableOffset : null;
      for (const onSeen of onlookers) onSeen({ topic, partition, heldAt });
    }
  }
}

export const rotate = (topics: readonly FetchTopic[], turns: number): FetchTopic[] =>
  topics.map(({ topic, partitions }) => {
    const first = turns % Math.max(1, partitions.length);
    return { topic, partitions: [...partitions.slice(first), ...partitions.slice(0, first)] };
  });

function fetchOffsetOf(topics: readonly FetchTopic[], topic: string, partition: number): string {
  const found = topics
    .find((one) => one.topic === topic)
    ?.partitions.find((one) => one.partition === partition);
  return found?.fetchOffset ?? '0';
}
