import { DEAD_LETTER_HEADERS } from '#contracts';
import { isDeadLetterHeader, parseDeadLetter } from './dead-letter.js';
import { ADDED, BURIED_AT, USER, buried } from './testing/found-letters.js';

describe('A dead letter', () => {
  it('contains its position, time, reason and user', () => {
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

  it('is parsed also without key, value and headers', () => {
    expect(parseDeadLetter(buried({ key: null, value: null, headers: {} }))).toMatchObject({
      id: '1/42',
      reason: '',
      topic: '',
      key: null,
      commandId: null,
    });
  });

  it('contains the first value of a repeated header, as bytes or text', () => {
    const headers = { ...ADDED, ce_id: [Buffer.from('first'), 'second'], ce_source: [] };
    expect(parseDeadLetter(buried({ headers }))).toMatchObject({
      commandId: 'first',
      source: null,
    });
  });

  it('distinguishes added headers from those of the message', () => {
    for (const name of Object.values(DEAD_LETTER_HEADERS))
      expect(isDeadLetterHeader(name)).toBe(true);
    for (const name of ['ce_id', 'traceparent', '', 'constructor']) {
      expect(isDeadLetterHeader(name)).toBe(false);
    }
  });
});
