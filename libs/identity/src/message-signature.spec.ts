import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { commandMessage } from '#contracts';
import {
  isSignatureOf,
  parseSignature,
  signMessage,
  signatureOf,
  signedText,
  type SignedMessage,
} from './message-signature.js';

interface Vector extends SignedMessage {
  readonly name: string;
  readonly value: string;
  readonly key_id: string;
  readonly secret: string;
  readonly signed_text: string;
  readonly signature: string;
}

const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../test/golden/signature-v1.json'), 'utf8'),
) as readonly Vector[];

const SECRET = 'a secret of thirty-two bytes, or more';

const message: SignedMessage = {
  topic: 'points.commands',
  key: 'd4930aff-f7b8-541b-ad96-1cb0b5223736',
  id: 'job-1',
  source: '/tts',
  type: 'points.ConsumePoints.v1',
  value: '{"user_id":"d4930aff-f7b8-541b-ad96-1cb0b5223736","points":12}',
};

describe('a signature', () => {
  it.each(golden.map((vector) => [vector.name, vector] as const))(
    'equals the golden file that clients are built against: %s',
    (_, { key_id, secret, signed_text, signature, ...rest }) => {
      expect(signedText(rest)).toBe(signed_text);
      expect(signatureOf(rest, { id: key_id, secret })).toBe(signature);
      const code = createHmac('sha256', secret).update(signed_text, 'utf8').digest('base64url');
      expect(signature).toBe(`v1,${key_id},${code}`);
    },
  );

  it('covers the bytes of the value, as text or as bytes', () => {
    const key = { id: 'k', secret: SECRET };
    const value = '{"reason":"生成失败"}';
    expect(signatureOf({ ...message, value: Buffer.from(value) }, key)).toBe(
      signatureOf({ ...message, value }, key),
    );
  });

  it('is added as a header to a message for a Kafka client', () => {
    const body = { type: 'ExpirePoints', data: { user_id: message.key } } as const;
    const made = commandMessage(body, { id: 'x', source: '/tts' });
    const sent = signMessage(made, 'points.commands', { id: 'k1', secret: SECRET });
    const parts = { ...message, id: 'x', type: 'points.ExpirePoints.v1', value: made.value };
    expect(sent).toEqual({
      ...made,
      headers: {
        ...made.headers,
        'points-signature': signatureOf(parts, { id: 'k1', secret: SECRET }),
      },
    });
  });

  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
  const bytes = fc.uint8Array({ maxLength: 60 });
  const messages = fc.record({
    topic: text,
    key: text,
    id: text,
    source: text,
    type: text,
    value: bytes,
  });

  it('is valid for its message alone and under its secret alone', () => {
    const changes = fc.oneof(
      fc.record({ field: fc.constantFrom('topic', 'key', 'id', 'source', 'type'), to: text }),
      fc.record({ field: fc.constant('value'), to: bytes }),
    );
    fc.assert(
      fc.property(messages, changes, text, (one, { field, to }, otherSecret) => {
        const code = parseSignature(signatureOf(one, { id: 'k', secret: SECRET }))?.code ?? '';
        expect(isSignatureOf(one, code, SECRET)).toBe(true);
        expect(isSignatureOf(one, code, otherSecret)).toBe(otherSecret === SECRET);
        const other = { ...one, [field]: to };
        const isSame = signedText(other) === signedText(one);
        expect(isSignatureOf(other, code, SECRET)).toBe(isSame);
        // A line feed is in no part of a message that the parser let through.
        const hasLineFeed = Object.values({ ...one, ...other }).some((part) =>
          String(part).includes('\n'),
        );
        if (!hasLineFeed)
          expect(isSame).toBe(Buffer.from(to).equals(Buffer.from(one[field as 'id'])));
      }),
      { numRuns: 500 },
    );
  });

  it('has one spelling: no other text is accepted, not even one of the same bytes', () => {
    const code = parseSignature(signatureOf(message, { id: 'k', secret: SECRET }))?.code ?? '';
    const bytesOfCode = Buffer.from(code, 'base64url');
    // The last character has two bits that no byte needs.
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const others = [...letters]
      .map((letter) => code.slice(0, -1) + letter)
      .filter((other) => other !== code);
    expect(
      others.filter((other) => Buffer.from(other, 'base64url').equals(bytesOfCode)),
    ).toHaveLength(3);
    for (const other of [...others, '', `${code}=`, code.toLowerCase(), `${code}A`]) {
      expect(isSignatureOf(message, other, SECRET)).toBe(false);
    }
  });

  it.each([
    '',
    'v1',
    'v1,k',
    `v1,,${'A'.repeat(43)}`,
    `v2,k,${'A'.repeat(43)}`,
    `V1,k,${'A'.repeat(43)}`,
    ` v1,k,${'A'.repeat(43)}`,
    `v1,k,${'A'.repeat(43)}\n`,
    `v1,k,${'A'.repeat(42)}`,
    `v1,k,${'A'.repeat(43)}=`,
    `v1,k,${'+'.repeat(43)}`,
    `v1,k k,${'A'.repeat(43)}`,
    `v1,k,${'A'.repeat(43)},more`,
    `v1,${'k'.repeat(65)},${'A'.repeat(43)}`,
  ])('cannot have the form %j', (header) => {
    expect(parseSignature(header)).toBeNull();
  });
});
