import { DEAD_LETTER_HEADERS } from '#contracts';
import type { OutgoingMessage } from '#kafka';
import { StillUndecodableError, messagesOfLetter } from './messages-of-letter.js';
import type { FoundLetter } from './read-letters.js';
import { USER, foundLetter } from './testing/found-letters.js';

async function messagesOf(found: FoundLetter, bytesMax = 1_000): Promise<OutgoingMessage[]> {
  const replay = messagesOfLetter(found, bytesMax);
  if (replay.kind === 'refused') throw new Error(replay.why);
  const messages: OutgoingMessage[] = [];
  for await (const some of replay.messages) messages.push(...some);
  return messages;
}

describe('The replay of a dead letter', () => {
  it('is the original message with key, value and headers without the added ones', async () => {
    const trace = [Buffer.from('a'), 'b'];
    expect(await messagesOf(foundLetter({ trace, empty: Buffer.alloc(0) }))).toEqual([
      {
        topic: 'points.commands',
        key: Buffer.from(USER),
        value: Buffer.from('{"points":1.5}'),
        headers: { ce_id: 'order-1', trace, empty: Buffer.alloc(0) },
      },
    ]);
  });

  it('preserves that a message had no key and no value', async () => {
    expect(await messagesOf(foundLetter({}, { key: null, value: null }))).toMatchObject([
      { key: null, value: null },
    ]);
  });

  it.each([
    [
      'comes from another topic',
      { [DEAD_LETTER_HEADERS.topic]: 'points.outcomes' },
      /does not come from/,
    ],
    ['does not name its topic', { [DEAD_LETTER_HEADERS.topic]: undefined }, /does not come from/],
    [
      'does not contain the whole message',
      { [DEAD_LETTER_HEADERS.leftOut]: 'value' },
      /does not hold all/,
    ],
    [
      'does not name its partition',
      { [DEAD_LETTER_HEADERS.partition]: undefined },
      /where it comes from/,
    ],
    ['has an invalid offset', { [DEAD_LETTER_HEADERS.offset]: '-1' }, /where it comes from/],
  ])('is rejected for a letter that %s', (_, headers, why) => {
    const replay = messagesOfLetter(foundLetter(headers), 1_000);
    expect(replay).toEqual({ kind: 'refused', why: expect.stringMatching(why) as string });
  });

  it('returns no message of a batch that still cannot be decoded', async () => {
    const bytes = Buffer.alloc(80);
    bytes.writeBigInt64BE(17n, 0);
    bytes.writeInt32BE(80 - 12, 8);
    bytes[16] = 2; // The format of the batch.
    bytes.writeInt32BE(2, 57); // The number of records, with a checksum that does not match.
    const batch = foundLetter({ [DEAD_LETTER_HEADERS.lastOffset]: '18' }, { value: bytes });
    await expect(messagesOf(batch)).rejects.toThrow(StillUndecodableError);
  });
});
