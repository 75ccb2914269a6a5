import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { SIGNATURE_HEADER } from '../names.js';
import type { OutgoingMessage } from '../outgoing.js';

/** What a sender and the ledger share. Its bytes are those of the text, as UTF-8. */
export interface SigningKey {
  readonly id: string;
  readonly secret: string;
}

/** What a signature is over: the message as it stands in its topic. In structured mode `id`, `source` and `type` are those of the JSON. */
export interface SignedMessage {
  readonly topic: string;
  readonly key: string;
  readonly id: string;
  readonly source: string;
  /** As on the wire: `points.ConsumePoints.v1`. */
  readonly type: string;
  readonly value: Uint8Array | string;
}

export const KEY_ID = /^[A-Za-z0-9._-]{1,64}$/;
const SIGNATURE = /^v1,([A-Za-z0-9._-]{1,64}),([A-Za-z0-9_-]{43})$/;

/** The text under the signature. No part of it can hold a line feed: ids and keys have no control characters. */
export function signedText({ topic, key, id, source, type, value }: SignedMessage): string {
  return `v1\n${topic}\n${key}\n${id}\n${source}\n${type}\n${hash('sha256', value, 'hex')}`;
}

/** The value of the header `points-signature`. */
export const signatureOf = (message: SignedMessage, { id, secret }: SigningKey): string =>
  `v1,${id},${codeOf(message, secret)}`;

export interface ParsedSignature {
  readonly keyId: string;
  readonly code: string;
}

/** null: it has not the form of a signature. */
export function parseSignature(header: string): ParsedSignature | null {
  const [, keyId, code] = SIGNATURE.exec(header) ?? [];
  return keyId === undefined || code === undefined ? null : { keyId, code };
}

/** Compared as text, in constant time: bytes can be written in more than one way, a signature in one. */
export function isSignatureOf(message: SignedMessage, code: string, secret: string): boolean {
  const expected = Buffer.from(codeOf(message, secret), 'latin1');
  const given = Buffer.from(code, 'latin1');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const codeOf = (message: SignedMessage, secret: string): string =>
  createHmac('sha256', secret).update(signedText(message), 'utf8').digest('base64url');

/** A message that `commandMessage` made, signed for the topic that it goes to. */
export function signed(message: OutgoingMessage, topic: string, key: SigningKey): OutgoingMessage {
  const { headers, value } = message;
  const { ce_id: id = '', ce_source: source = '', ce_type: type = '' } = headers;
  const signature = signatureOf({ topic, key: message.key, id, source, type, value }, key);
  return { ...message, headers: { ...headers, [SIGNATURE_HEADER]: signature } };
}
