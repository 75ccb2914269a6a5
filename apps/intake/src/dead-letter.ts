import { DEAD_HEADERS, TOPICS, instantAt, type DeadReason } from '#contracts';
import type { IncomingMessage, OutgoingMessage } from '#kafka';

/** A header is a header: what is longer is cut, and the message itself is untouched. */
const DETAIL_CHARACTERS_MAX = 4_000;

/** The untouched key, value and headers, and why they are here. */
export function deadLetter(
  message: IncomingMessage,
  reason: DeadReason,
  detail: string,
): OutgoingMessage {
  const { key, value, headers, topic, partition, offset, timestampMs } = message;
  return {
    topic: TOPICS.dead,
    key,
    value,
    headers: {
      ...headers,
      [DEAD_HEADERS.reason]: reason,
      [DEAD_HEADERS.detail]: detail.slice(0, DETAIL_CHARACTERS_MAX),
      [DEAD_HEADERS.topic]: topic,
      [DEAD_HEADERS.partition]: String(partition),
      [DEAD_HEADERS.offset]: offset,
      [DEAD_HEADERS.time]: instantAt(timestampMs) ?? `${timestampMs} ms after 1970`,
    },
  };
}
