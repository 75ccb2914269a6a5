import { Semaphore } from '#async';
import type { Batch } from 'kafkajs';
import type { FetchedBatch } from './fetch-response.js';
import { FetchedMessages, type FetchPosition } from './fetched-messages.js';
import type { IncomingMessage } from '../ports.js';
import { DECOMPRESS_LIMITS, type DecompressLimits } from './decompress-batch.js';
import { readBatch } from './record-batch.js';

/** With the patched decoder, the "messages" of a kafkajs batch are record batches. */
export function fetchedMessages(
  batch: Batch,
  limits: DecompressLimits,
  budget: Semaphore,
): FetchedMessages {
  const { topic, partition, messages, fetchedOffset } = batch as unknown as {
    readonly topic: string;
    readonly partition: number;
    readonly messages: readonly FetchedBatch[];
    readonly fetchedOffset: string;
  };
  const place = { topic, partition, fetchedOffset: BigInt(fetchedOffset) };
  return new FetchedMessages(place, messages, limits, budget);
}

const MESSAGES_PER_CALL_MAX = 1_000;

/**
 * The messages of a batch that was stored as it was fetched, some at a time. It throws a
 * MalformedRecordsError when the bytes are not a batch.
 */
export async function* messagesOfBatch(
  bytes: Buffer,
  place: FetchPosition,
  limits: Partial<DecompressLimits> = {},
): AsyncGenerator<readonly IncomingMessage[]> {
  const all = { ...DECOMPRESS_LIMITS, ...limits };
  const budget = new Semaphore(all.batchBytesMax);
  const fetched = new FetchedMessages(place, [readBatch(bytes)], all, budget);
  for (;;) {
    const messages = await fetched.peek(MESSAGES_PER_CALL_MAX);
    if (messages.length === 0) return;
    yield messages;
    fetched.take(messages.length);
  }
}
