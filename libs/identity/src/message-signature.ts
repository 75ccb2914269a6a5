import { createHmac, hash, timingSafeEqual } from 'node:crypto';

/** The Kafka header in which the sender of a command proves who it is. */
export const SIGNATURE_HEADER = 'points-signature';

/** A secret that a sender shares with the ledger. Its bytes are the UTF-8 of the text. */
export interface SigningKey {
  readonly id: string;
  readonly secret: string;
}

/**
 * The message as it stands in its topic. In structured mode `id`, `source` and `type` are those of
 * the JSON, in binary mode those of the headers.
 */
export interface SignedMessage {
  readonly topic: string;
  readonly key: string;
  readonly id: string;
  readonly source: string;
  /** The published type, such as `points.ConsumePoints.v1`. */
  readonly type: string;
  readonly value: Uint8Array | string;
}

export const KEY_ID = /^[A-Za-z0-9._-]{1,64}$/;
const SIGNATURE = /^v1,([A-Za-z0-9._-]{1,64}),([A-Za-z0-9_-]{43})$/;

/** The text that is signed. No part can contain a line feed: ids and keys have no control characters. */
export function signedText({ topic, key, id, source, type, value }: SignedMessage): string {
  return `v1\n${topic}\n${key}\n${id}\n${source}\n${type}\n${hash('sha256', value, 'hex')}`;
}

/** The value of the signature header. */
export const signatureOf = (message: SignedMessage, { id, secret }: SigningKey): string =>
  `v1,${id},${codeOf(message, secret)}`;

export interface ParsedSignature {
  readonly keyId: string;
  readonly code: string;
}

/** null: the header does not have the form of a signature. */
export function parseSignature(header: string): ParsedSignature | null {
  const [, keyId, code] = SIGNATURE.exec(header) ?? [];
  return keyId === undefined || code === undefined ? null : { keyId, code };
}

/**
 * Compares in constant time. It compares text, because base64url can spell the same bytes in more
 * than one way, and only one spelling is the signature.
 */
export function isSignatureOf(message: SignedMessage, code: string, secret: string): boolean {
  const expected = Buffer.from(codeOf(message, secret), 'latin1');
  const given = Buffer.from(code, 'latin1');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const codeOf = (message: SignedMessage, secret: string): string =>
  createHmac('sha256', secret).update(signedText(message), 'utf8').digest('base64url');

/** A CloudEvent in binary mode, as a Kafka client sends it. */
interface BinaryMessage {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The same message with its signature for the topic it will be sent to. */
export function signMessage<M extends BinaryMessage>(
  message: M,
  topic: string,
  signingKey: SigningKey,
): M {
  const { key, headers, value } = message;
  const { ce_id: id = '', ce_source: source = '', ce_type: type = '' } = headers;
  const signature = signatureOf({ topic, key, id, source, type, value }, signingKey);
  return { ...message, headers: { ...headers, [SIGNATURE_HEADER]: signature } };
}
