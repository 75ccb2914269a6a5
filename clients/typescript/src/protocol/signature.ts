import { createHash, createHmac } from 'node:crypto';

/** A secret that a sender shares with the ledger. */
export interface SigningKey {
  readonly id: string;
  readonly secret: string;
}

interface SignedMessage {
  readonly topic: string;
  readonly key: string;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly value: string;
}

/** The value of the signature header. No part has a line feed: ids and keys have no control characters. */
export function signatureOf(
  { topic, key, id, source, type, value }: SignedMessage,
  { id: keyId, secret }: SigningKey,
): string {
  const digest = createHash('sha256').update(value, 'utf8').digest('hex');
  const signed = ['v1', topic, key, id, source, type, digest].join('\n');
  return `v1,${keyId},${createHmac('sha256', secret).update(signed, 'utf8').digest('base64url')}`;
}
