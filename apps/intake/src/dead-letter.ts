import { DEAD_LETTER_HEADERS, TOPICS, timeFromMs, type DeadLetterReason } from '#contracts';
import type { IncomingMessage, MessageHeaders, OutgoingMessage } from '#kafka';

/** A longer reason is cut, because brokers limit the size of a record with its headers. */
export const DETAIL_CHARACTERS_MAX = 4_000;
/** The dead-letter topic accepts 2 MiB; the rest is left for the key, the headers and the reasons. */
const VALUE_BYTES_MAX = 1_900_000;
const KEY_BYTES_MAX = 1_024;

/**
 * The unchanged key, value and headers of the message, and the reason why it is a dead letter. What
 * is too large for the topic is left out, and a header says where to read it.
 */
export function deadLetter(
  message: IncomingMessage,
  reason: DeadLetterReason,
  detail: string,
): OutgoingMessage {
  const headers = { ...message.headers, ...reasonHeaders(message, reason, detail) };
  const ifTooLarge = withoutContent(message, headers);
  const bytes = (message.value?.length ?? 0) + (message.key?.length ?? 0);
  if (bytes > VALUE_BYTES_MAX) return ifTooLarge;
  const { key, value } = message;
  return { topic: TOPICS.dead, key, value, headers, ifTooLarge };
}

function reasonHeaders(
  { topic, partition, offset, timestampMs, fault }: IncomingMessage,
  reason: DeadLetterReason,
  detail: string,
): MessageHeaders {
  const batch = fault?.batch ?? null;
  return {
    [DEAD_LETTER_HEADERS.reason]: reason,
    [DEAD_LETTER_HEADERS.detail]: detail.slice(0, DETAIL_CHARACTERS_MAX),
    [DEAD_LETTER_HEADERS.topic]: topic,
    [DEAD_LETTER_HEADERS.partition]: String(partition),
    [DEAD_LETTER_HEADERS.offset]: batch?.firstOffset ?? offset,
    ...(batch && {
      [DEAD_LETTER_HEADERS.lastOffset]: offset,
      [DEAD_LETTER_HEADERS.codec]: batch.codec,
    }),
    ...(fault?.kind === 'headers' && {
      [DEAD_LETTER_HEADERS.leftOut]: `headers: read ${topic}, partition ${partition}, offset ${offset}`,
    }),
    [DEAD_LETTER_HEADERS.time]: timeFromMs(timestampMs) ?? `${timestampMs} ms after 1970`,
  };
}

function withoutContent(
  { key, value, topic, partition, offset }: IncomingMessage,
  headers: MessageHeaders,
): OutgoingMessage {
  const isKeyKept = key === null || key.length <= KEY_BYTES_MAX;
  const omitted = [
    ...(isKeyKept ? [] : [`the key (${key.length} bytes)`]),
    ...(value === null ? [] : [`the value (${value.length} bytes)`]),
  ];
  const omittedNote = `${omitted.join(' and ')}: read ${topic}, partition ${partition}, offset ${offset}`;
  return {
    topic: TOPICS.dead,
    key: isKeyKept ? key : null,
    value: null,
    headers: { ...headers, [DEAD_LETTER_HEADERS.leftOut]: omittedNote },
  };
}
