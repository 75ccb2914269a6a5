import { DEAD_LETTER_HEADERS } from '#contracts';
import { isDeadLetterHeader, parseDeadLetter } from './dead-letter.js';
import { ADDED, BURIED_AT, USER, buried } from './testing/found-letters.js';

describe('a dead letter', () => {
  it('says where it lies, when and why it was buried, and whose it is', () => {
    expect(parseDeadLetter(buried())).toEqual({
      id: '1/42',
      buriedAt: BURIED_AT,
      reason: 'Invalid',
      detail: 'points must be a whole number',
      topic: 'points.commands',
      partition: '3',
      offset: '17',
      lastOffset: null,
      leftOut: null,
      key: USER,
      commandId: 'order-1',
      source: '/shop',
    });
  });

  it('is read also where it has no key, no value and no headers', () => {
    expect(parseDeadLetter(buried({ key: null, value: null, headers: {} }))).toMatchObject({
      id: '1/42',
      reason: '',
      topic: '',
      key: null,
      commandId: null,
    });
  });

  it('says the first of a header that came several times, in bytes or as text', () => {
    const headers = { ...ADDED, ce_id: [Buffer.from('first'), 'second'], ce_source: [] };
    expect(parseDeadLetter(buried({ headers }))).toMatchObject({
      commandId: 'first',
      source: null,
    });
  });

  it('knows the headers that were added from those of the message', () => {
    for (const name of Object.values(DEAD_LETTER_HEADERS))
      expect(isDeadLetterHeader(name)).toBe(true);
    for (const name of ['ce_id', 'traceparent', '', 'constructor']) {
      expect(isDeadLetterHeader(name)).toBe(false);
    }
  });
});
