import {
  ANY_SOURCE,
  candidatePrefixes,
  patternPrefix,
  sourcePatternFault,
} from './source-pattern.js';

describe('A source pattern', () => {
  it.each([
    ['/tts/*', '/tts/'],
    ['urn:tts:*', 'urn:tts:'],
    ['/*', '/'],
    ['/tts', null],
    ['/tts*', null],
    ['*', null],
    ['', null],
  ])('%j has the prefix %j', (pattern, prefix) => {
    expect(patternPrefix(pattern)).toBe(prefix);
  });

  it.each(['/tts', '/tts/*', 'urn:tts:*', ANY_SOURCE, 'https://x.example/a', ''])(
    'may be %j',
    (pattern) => {
      expect(sourcePatternFault(pattern)).toBeNull();
    },
  );

  it.each(['/tts*', '/*/tts', '**', '/tts/**', '/tts/*/', 'a*b', '*/', 'tts.*'])(
    'must not be %j',
    (pattern) => {
      expect(sourcePatternFault(pattern)).toContain('*');
    },
  );
});

describe('The prefixes of patterns that match a source', () => {
  it.each([
    ['/tts/red/1', ['/tts/red/', '/tts/', '/']],
    ['urn:video:7', ['urn:video:', 'urn:']],
    ['urn:video:7/8', ['urn:video:7/', 'urn:video:', 'urn:']],
    ['tts', []],
    ['', []],
    ['/', []],
  ])('of %j are %j, the longest first', (source, prefixes) => {
    expect([...candidatePrefixes(source)]).toEqual(prefixes);
  });

  it('leave at least one character for the star', () => {
    expect([...candidatePrefixes('/tts/')]).toEqual(['/']);
  });
});
