import type { Batch } from 'kafkajs';
import type { ByteBudget } from '../byte-budget.js';
import type { FetchedBatch } from './fetch-response.js';
import { FetchedMessages } from './fetched-messages.js';
import type { OpenLimits } from './open-batch.js';

/** What kafkajs takes for messages are the batches that the patch of its fetch response reads. */
export function fetchedMessages(
  batch: Batch,
  limits: OpenLimits,
  budget: ByteBudget,
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
