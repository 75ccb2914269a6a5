import { commandOutcome } from './outcome.js';
import { commandName } from './stored-events.js';
import { apiSourceOf, commandSource, SUBJECT_MAX } from './command-source.js';

describe('a source that was stored or answered before its characters were restricted', () => {
  it.each([' api:demo', 'API:demo', 'api\u200b:demo', '/配音', 'IMPORT:1'])(
    'stays valid where it is read: %j',
    (source) => {
      expect(commandName.safeParse({ source, id: 'x', type: 'ExpirePoints' }).success).toBe(true);
      const { command_source } = commandOutcome.shape;
      expect(command_source.safeParse(source).success).toBe(true);
      expect(commandSource.safeParse(source).success).toBe(false);
    },
  );
});

describe('the source of commands that a subject sends over HTTP', () => {
  it.each(['billing', 'API:x', 'd4930aff-f7b8-541b-ad96-1cb0b5223736', 'x'.repeat(SUBJECT_MAX)])(
    'is api: and the subject: %s',
    (subject) => {
      expect(apiSourceOf(subject)).toBe(`api:${subject}`);
    },
  );

  it.each(['', ' billing', '计费', 'bill\u200bing', 'a b', 'x'.repeat(SUBJECT_MAX + 1)])(
    'is none where the subject is %j',
    (subject) => {
      expect(apiSourceOf(subject)).toBeNull();
    },
  );

  it('can never be the source of a Kafka message', () => {
    expect(commandSource.safeParse(apiSourceOf('billing')).success).toBe(false);
  });
});
