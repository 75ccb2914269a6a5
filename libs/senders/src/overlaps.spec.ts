import { findOverlaps } from './overlaps.js';

const sender = (sources: string[], subjects: string[] = []) => ({ sources, subjects });

describe('Sources and subjects of several senders', () => {
  it('don’t overlap when they differ', () => {
    expect(
      findOverlaps([
        sender(['/tts', '/tts/*'], ['svc-tts']),
        sender(['/video', 'urn:video:*'], ['svc-video']),
      ]),
    ).toEqual([]);
  });

  it('don’t overlap within one sender', () => {
    expect(findOverlaps([sender(['/tts/*', '/tts/red', '/tts/red/*'])])).toEqual([]);
  });

  it.each([
    ['the same source', ['/tts'], 'belongs to senders.0 as well'],
    ['the same pattern', ['/tts/*'], 'belongs to senders.0 as well'],
    ['a source that a pattern covers', ['/tts/red'], 'lies within /tts/* of senders.0'],
    ['a pattern that a pattern covers', ['/tts/red/*'], 'lies within /tts/* of senders.0'],
    ['a deeper source', ['/tts/red/1'], 'lies within /tts/* of senders.0'],
  ])('overlap by %s', (_, sources, reason) => {
    expect(findOverlaps([sender(['/tts', '/tts/*']), sender(sources)])).toEqual([
      { field: 'senders.1.sources.0', reason },
    ]);
  });

  it('overlap by the same subject', () => {
    expect(findOverlaps([sender([], ['a', 'b']), sender([], ['c', 'b'])])).toEqual([
      { field: 'senders.1.subjects.1', reason: 'belongs to senders.0 as well' },
    ]);
  });

  it('overlap by the wildcard only when two senders have it', () => {
    const rest = sender(['*'], ['*']);
    expect(findOverlaps([sender(['/tts/*'], ['svc-tts']), rest])).toEqual([]);
    expect(findOverlaps([rest, rest])).toEqual([
      { field: 'senders.1.sources.0', reason: 'belongs to senders.0 as well' },
      { field: 'senders.1.subjects.0', reason: 'belongs to senders.0 as well' },
    ]);
  });

  it('name every overlapping field, also of an earlier sender', () => {
    const overlaps = findOverlaps([sender(['/a/b', '/a/c']), sender(['/a/*'])]);
    expect(overlaps.map(({ field }) => field)).toEqual([
      'senders.0.sources.0',
      'senders.0.sources.1',
    ]);
  });
});
