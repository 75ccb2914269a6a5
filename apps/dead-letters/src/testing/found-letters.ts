import { DEAD_LETTER_HEADERS } from '#contracts';
import type { IncomingMessage } from '#kafka';
import { parseDeadLetter } from '../dead-letter.js';
import type { FoundLetter } from '../read-letters.js';

export const USER = '0a11ce00-0000-4000-8000-000000000001';
export const BURIED_AT = '2030-06-01T00:00:00.000Z';

/** The headers that the intake adds to a dead letter. */
export const ADDED = {
  [DEAD_LETTER_HEADERS.reason]: 'Invalid',
  [DEAD_LETTER_HEADERS.detail]: 'points must be a whole number',
  [DEAD_LETTER_HEADERS.topic]: 'points.commands',
  [DEAD_LETTER_HEADERS.partition]: '3',
  [DEAD_LETTER_HEADERS.offset]: '17',
};

/** A message of the topic of dead letters. */
export const buried = (says: Partial<IncomingMessage> = {}): IncomingMessage => ({
  topic: 'points.dead',
  partition: 1,
  offset: '42',
  key: Buffer.from(USER),
  value: Buffer.from('{"points":1.5}'),
  headers: { ce_id: 'order-1', ce_source: '/shop', ...ADDED },
  timestampMs: Date.parse(BURIED_AT),
  ...says,
});

export function foundLetter(
  headers: IncomingMessage['headers'] = {},
  says: Partial<IncomingMessage> = {},
): FoundLetter {
  const message = buried({ headers: { ce_id: 'order-1', ...ADDED, ...headers }, ...says });
  return { letter: parseDeadLetter(message), message };
}
