import { InvalidArgumentError } from 'commander';
import { parseRevision, parseTime, parseUserId } from './option-parsers.js';

describe('parseUserId', () => {
  it('accepts a UUID in any case and returns it in lower case', () => {
    const id = '0a000000-0000-4000-8000-00000000000f';
    expect(parseUserId(id)).toBe(id);
    expect(parseUserId(id.toUpperCase())).toBe(id);
  });

  it.each(['', 'anna', '0a000000-0000-4000-8000-00000000000', '0a00000000004000800000000000000f'])(
    'rejects %j',
    (text) => {
      expect(() => parseUserId(text)).toThrow(
        new InvalidArgumentError('A user id must be a UUID.'),
      );
    },
  );
});

describe('parseRevision', () => {
  it.each([
    ['0', 0],
    ['42', 42],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('accepts %s', (text, revision) => {
    expect(parseRevision(text)).toBe(revision);
  });

  it.each(['', '-1', '1.5', '1e3', ' 1', '0x10', '9007199254740992', 'last'])(
    'rejects %j',
    (text) => {
      expect(() => parseRevision(text)).toThrow(InvalidArgumentError);
    },
  );
});

describe('parseTime', () => {
  it('returns a time like events write it', () => {
    expect(parseTime('2030-01-31')).toBe('2030-01-31T00:00:00.000Z');
    expect(parseTime('2030-01-31T12:00:00+08:00')).toBe('2030-01-31T04:00:00.000Z');
  });

  it.each(['', 'yesterday', '2030-02-30', '31.01.2030'])('rejects %j', (text) => {
    expect(() => parseTime(text)).toThrow(
      new InvalidArgumentError('A time must look like 2030-01-31T12:00:00Z or 2030-01-31.'),
    );
  });
});
