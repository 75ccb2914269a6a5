import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { HeaderValue, IncomingMessage, MessageHeaders } from './ports.js';

const NO_HEADERS: MessageHeaders = {};
const EMPTY = Buffer.alloc(0);

export function incoming(topic: string, partition: number, message: KafkaMessage): IncomingMessage {
  return {
    topic,
    partition,
    offset: message.offset,
    key: message.key,
    value: message.value,
    headers: message.headers ? withoutNulls(message.headers) : NO_HEADERS,
    timestampMs: Number(message.timestamp),
  };
}

/** Kafka knows headers without a value; kafkajs reads them, and throws when they are sent on. */
function withoutNulls(headers: IHeaders): MessageHeaders {
  const names = Object.keys(headers);
  if (names.length === 0) return NO_HEADERS;
  return Object.fromEntries(names.map((name) => [name, valueOf(headers[name])]));
}

function valueOf(header: IHeaders[string] | null): HeaderValue {
  if (Array.isArray(header)) return header.map((one: Buffer | string | null) => one ?? EMPTY);
  return header ?? EMPTY;
}
