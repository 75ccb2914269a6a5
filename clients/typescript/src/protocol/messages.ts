import type { Command } from './command.js';
import { COMMANDS_TOPIC, COMMAND_CE_TYPES, SIGNATURE_HEADER } from './names.js';
import { signatureOf, type SigningKey } from './signature.js';

/** A CloudEvent in binary mode. */
export interface KafkaMessage {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
  readonly headers: Record<string, string>;
}

/** The record key is the user, so that the commands of a user keep their order. */
export function kafkaMessage(
  { type, id, source, userId: key, value, traceparent }: Command,
  { topic = COMMANDS_TOPIC, signingKey = null }: KafkaMessageOptions = {},
): KafkaMessage {
  const ceType = COMMAND_CE_TYPES[type];
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_id: id,
    ce_source: source,
    ce_type: ceType,
  };
  if (traceparent !== null) headers['ce_traceparent'] = traceparent;
  if (signingKey !== null) {
    const signed = { topic, key, id, source, type: ceType, value };
    headers[SIGNATURE_HEADER] = signatureOf(signed, signingKey);
  }
  return { topic, key, value, headers };
}

export interface KafkaMessageOptions {
  readonly topic?: string;
  readonly signingKey?: SigningKey | null;
}

export interface HttpRequest {
  readonly method: 'POST';
  readonly path: string;
  /** As text; over HTTP they are UTF-8. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function httpRequest({ type, id, value, traceparent }: Command): HttpRequest {
  return {
    method: 'POST',
    path: `/v1/commands/${type}`,
    headers: {
      'content-type': 'application/json',
      // Quoted, so that no space, quote or letter of the id is lost on the way.
      'idempotency-key': `"${id.replaceAll(/["\\]/g, '\\$&')}"`,
      ...(traceparent !== null && { traceparent }),
    },
    body: value,
  };
}

/** fetch takes the bytes of a header as Latin-1 characters. */
export const headerBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
