import { matchesFilter, isEmptyFilter, type DeadLetterFilter } from './filter.js';
import { BURIED_AT, USER, foundLetter } from './testing/found-letters.js';

const later = '2030-06-01T00:00:00.001Z';
const earlier = '2030-05-31T23:59:59.999Z';

describe('A filter of dead letters', () => {
  it.each<[string, DeadLetterFilter, boolean]>([
    ['no condition', {}, true],
    ['one of its reasons', { reason: ['NotAllowed', 'Invalid'] }, true],
    ['another reason', { reason: ['NotAllowed'] }, false],
    ['no reason', { reason: [] }, false],
    ['its user', { user: USER }, true],
    ['another user', { user: USER.replace('1', '2') }, false],
    ['the time at which it was written, inclusive', { since: BURIED_AT }, true],
    ['a later beginning', { since: later }, false],
    ['the time at which it was written, exclusive', { until: BURIED_AT }, false],
    ['a later end', { until: later }, true],
    ['a span around it', { since: earlier, until: later }, true],
    ['its position', { id: ['0/0', '1/42'] }, true],
    ['another position', { id: ['1/4'] }, false],
    ['its user and another reason', { user: USER, reason: ['NotAllowed'] }, false],
  ])('that says %s', (_, filter, isTaken) => {
    expect(matchesFilter(foundLetter().letter, filter)).toBe(isTaken);
  });

  it('finds a user whose key is in upper case, and no user in a letter without a key', () => {
    const capitals = foundLetter({}, { key: Buffer.from(USER.toUpperCase()) });
    expect(matchesFilter(capitals.letter, { user: USER })).toBe(true);
    expect(matchesFilter(foundLetter({}, { key: null }).letter, { user: USER })).toBe(false);
  });

  it('is empty only without a condition', () => {
    expect(isEmptyFilter({})).toBe(true);
    expect(isEmptyFilter({ reason: [] })).toBe(false);
    expect(isEmptyFilter({ id: ['1/42'] })).toBe(false);
  });
});
