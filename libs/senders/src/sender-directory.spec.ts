import { SenderDirectory } from './sender-directory.js';
import type { Sender } from './sender.js';

const sender = (name: string, sources: string[], subjects: string[] = []): Sender => ({
  name,
  sources,
  subjects,
  types: new Set(['ExpirePoints']),
  sourceTypes: null,
  pointsMax: null,
  pointsPerDayMax: null,
  keys: new Map(),
  unsigned: true,
});

describe('The sender of a source', () => {
  const directory = new SenderDirectory([
    sender('tts', ['/tts', '/tts/*']),
    sender('urn', ['urn:video:*']),
    sender('root', ['https://x.example/a/*']),
  ]);
  const nameOf = (source: string) => directory.bySource(source)?.name ?? null;

  it.each([
    ['/tts', 'tts'],
    ['/tts/red', 'tts'],
    ['/tts/red/1', 'tts'],
    ['/tts/*', 'tts'],
    ['/tts//', 'tts'],
    ['urn:video:7', 'urn'],
    ['urn:video:7/8', 'urn'],
    ['https://x.example/a/b', 'root'],
  ])('is found by %s', (source, name) => {
    expect(nameOf(source)).toBe(name);
  });

  it.each([
    '/tts/',
    '/TTS',
    '/Tts/red',
    '/ttss',
    '/tts%2Fred',
    'tts',
    '//tts',
    '/x/tts',
    '/video/../tts',
    'urn:video:',
    'urn:video',
    'https://x.example/a/',
    '*',
    '',
  ])('is not found by %j', (source) => {
    expect(nameOf(source)).toBeNull();
  });

  it('is the one with the wildcard only when no other sender matches', () => {
    const withRest = new SenderDirectory([sender('tts', ['/tts/*']), sender('rest', ['*'], ['*'])]);
    expect(withRest.bySource('/tts/1')?.name).toBe('tts');
    expect(withRest.bySource('/tts')?.name).toBe('rest');
    expect(withRest.bySource('*')?.name).toBe('rest');
    expect(withRest.bySubject('anything')?.name).toBe('rest');
  });
});

describe('The sender of a subject', () => {
  const directory = new SenderDirectory([sender('tts', [], ['svc-tts', 'a/*'])]);

  it('is found by the exact subject', () => {
    expect(directory.bySubject('svc-tts')?.name).toBe('tts');
    expect(directory.bySubject('a/*')?.name).toBe('tts');
    for (const other of ['SVC-TTS', 'svc-tts ', 'a/b', '*', '__proto__', 'constructor']) {
      expect(directory.bySubject(other)).toBeNull();
    }
  });
});
