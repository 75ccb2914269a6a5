import { parseSenders } from './senders-file.js';

const ENV = {
  TTS_KEY: 'a key of thirty-two bytes, or more',
  TTS_KEY_2: 'another key of thirty-two bytes, or more',
  SHORT_KEY: 'x'.repeat(31),
  SPACE_KEY: `${'x'.repeat(40)}\n`,
};

const tts = {
  name: 'tts',
  sources: ['/tts', '/tts/*'],
  subjects: ['svc-tts'],
  types: ['ConsumePoints', 'SettleConsumption'],
  source_types: ['tts'],
  points_max: 10_000,
  points_per_day_max: 1_000_000,
  keys: [{ id: '2026-11', secret_env: 'TTS_KEY' }],
};

const billing = {
  name: 'billing',
  sources: ['/billing'],
  types: ['RechargePoints'],
  unsigned: true,
};

const parse = (...senders: unknown[]) => parseSenders(JSON.stringify({ senders }), ENV);

const fieldsOf = (...senders: unknown[]): string[] => {
  const parsed = parse(...senders);
  return parsed.ok ? [] : parsed.errors.map(({ field }) => field);
};

describe('A senders file', () => {
  it('must not repeat a field', () => {
    expect(parseSenders('{"senders":[{"name":"a","name":"b"}]}', ENV)).toEqual({
      ok: false,
      errors: [{ field: 'name', reason: 'stands twice in one object: name it once' }],
    });
  });

  it('is parsed completely', () => {
    expect(parse(tts, billing)).toEqual({
      ok: true,
      value: [
        {
          name: 'tts',
          sources: ['/tts', '/tts/*'],
          subjects: ['svc-tts'],
          types: new Set(['ConsumePoints', 'SettleConsumption']),
          sourceTypes: new Set(['tts']),
          pointsMax: 10_000,
          pointsPerDayMax: 1_000_000,
          keys: new Map([['2026-11', ENV.TTS_KEY]]),
          unsigned: false,
        },
        {
          name: 'billing',
          sources: ['/billing'],
          subjects: [],
          types: new Set(['RechargePoints']),
          sourceTypes: null,
          pointsMax: null,
          pointsPerDayMax: null,
          keys: new Map(),
          unsigned: true,
        },
      ],
    });
  });

  it('may be empty, so that no command is accepted', () => {
    expect(parse()).toEqual({ ok: true, value: [] });
  });

  it('may have two keys per sender, for rotation', () => {
    const keys = [...tts.keys, { id: '2026-12', secret_env: 'TTS_KEY_2' }];
    expect(fieldsOf({ ...tts, keys })).toEqual([]);
    const third = { id: '2027-01', secret_env: 'TTS_KEY_2' };
    expect(fieldsOf({ ...tts, keys: [...keys, third] })).toEqual(['senders.0.keys']);
  });

  it('may assign all remaining sources to one sender', () => {
    const rest = {
      name: 'rest',
      sources: ['*'],
      subjects: ['*'],
      types: ['ExpirePoints'],
      unsigned: true,
    };
    expect(fieldsOf(tts, rest)).toEqual([]);
    expect(fieldsOf(rest, { ...rest, name: 'other' })).toEqual([
      'senders.1.sources.0',
      'senders.1.subjects.0',
    ]);
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['no list', '{"senders":{}}'],
    ['nothing in it', '{}'],
    ['an unknown field at the top', '{"senders":[],"sender":[]}'],
  ])('is rejected with %s', (_, text) => {
    expect(parseSenders(text, ENV).ok).toBe(false);
  });

  it.each([
    ['an unknown field', { ...tts, point_max: 5 }, 'senders.0.point_max'],
    [
      'an unknown field of a key',
      { ...tts, keys: [{ ...tts.keys[0], secret: 'x' }] },
      'senders.0.keys.0.secret',
    ],
    ['no name', { ...tts, name: undefined }, 'senders.0.name'],
    [
      'a name with characters that a label must not have',
      { ...tts, name: 'T T S' },
      'senders.0.name',
    ],
    ['no types', { ...tts, types: [] }, 'senders.0.types'],
    ['a missing list of types', { ...tts, types: undefined }, 'senders.0.types'],
    ['an unknown type', { ...tts, types: ['points.ConsumePoints.v1'] }, 'senders.0.types.0'],
    ['a type twice', { ...tts, types: ['ExpirePoints', 'ExpirePoints'] }, 'senders.0.types.1'],
    [
      'what cannot be a source type',
      { ...tts, source_types: ['Song'] },
      'senders.0.source_types.0',
    ],
    ['a limit of zero', { ...tts, points_max: 0 }, 'senders.0.points_max'],
    ['a limit as text', { ...tts, points_max: '5' }, 'senders.0.points_max'],
    ['a fractional limit', { ...tts, points_per_day_max: 1.5 }, 'senders.0.points_per_day_max'],
    ['an unsigned that is not a boolean', { ...tts, unsigned: 'yes' }, 'senders.0.unsigned'],
    ['a source reserved for the ledger', { ...tts, sources: ['API:x'] }, 'senders.0.sources.0'],
    ['a prefix reserved for the ledger', { ...tts, sources: ['sweeper:*'] }, 'senders.0.sources.0'],
    ['a source with a space', { ...tts, sources: ['/t ts'] }, 'senders.0.sources.0'],
    ['a source that is too long', { ...tts, sources: ['x'.repeat(129)] }, 'senders.0.sources.0'],
    ['a star in the middle', { ...tts, sources: ['/*/tts'] }, 'senders.0.sources.0'],
    ['a star after a letter', { ...tts, sources: ['/tts*'] }, 'senders.0.sources.0'],
    ['two stars', { ...tts, sources: ['/tts/**'] }, 'senders.0.sources.0'],
    ['a source twice', { ...tts, sources: ['/a', '/a'] }, 'senders.0.sources.1'],
    [
      'a subject that can’t be part of a source',
      { ...tts, subjects: ['计费'] },
      'senders.0.subjects.0',
    ],
    ['neither source nor subject', { ...tts, sources: [], subjects: [], keys: [] }, 'senders.0'],
    ['no key, and no permission to send unsigned', { ...tts, keys: [] }, 'senders.0.keys'],
    ['keys for HTTP', { ...tts, sources: [] }, 'senders.0.sources'],
    [
      'a key id twice',
      { ...tts, keys: [tts.keys[0], { id: '2026-11', secret_env: 'TTS_KEY_2' }] },
      'senders.0.keys.1.id',
    ],
    [
      'a key id with a comma',
      { ...tts, keys: [{ id: 'a,b', secret_env: 'TTS_KEY' }] },
      'senders.0.keys.0.id',
    ],
    [
      'a secret that is not set',
      { ...tts, keys: [{ id: 'k', secret_env: 'NO_KEY' }] },
      'senders.0.keys.0.secret_env',
    ],
    [
      'a short secret',
      { ...tts, keys: [{ id: 'k', secret_env: 'SHORT_KEY' }] },
      'senders.0.keys.0.secret_env',
    ],
    [
      'a secret with a line feed',
      { ...tts, keys: [{ id: 'k', secret_env: 'SPACE_KEY' }] },
      'senders.0.keys.0.secret_env',
    ],
    [
      'one secret twice',
      { ...tts, keys: [tts.keys[0], { id: 'k', secret_env: 'TTS_KEY' }] },
      'senders.0.keys.1.secret_env',
    ],
  ])('is rejected with the name of the field for %s', (_, sender, field) => {
    expect(fieldsOf(sender)).toEqual([field]);
  });

  it.each([
    ['a name', { name: 'tts' }, ['senders.1.name']],
    ['a source', { sources: ['/tts'] }, ['senders.1.sources.0']],
    ['a source within a pattern', { sources: ['/tts/red'] }, ['senders.1.sources.0']],
    ['a pattern', { sources: ['/tts/*'] }, ['senders.1.sources.0']],
    ['a pattern within a pattern', { sources: ['/tts/red/*'] }, ['senders.1.sources.0']],
    [
      'a pattern around a pattern',
      { sources: ['/*'] },
      ['senders.0.sources.0', 'senders.0.sources.1'],
    ],
    ['a subject', { subjects: ['svc-tts'] }, ['senders.1.subjects.0']],
    ['a secret', { keys: [{ id: 'k', secret_env: 'TTS_KEY' }] }, ['senders.1.keys.0.secret_env']],
  ])('is rejected when two senders share %s', (_, change, fields) => {
    expect(fieldsOf(tts, { ...billing, ...change })).toEqual(fields);
  });

  it('is rejected with all invalid fields at once, and without any secret', () => {
    const parsed = parse({ ...tts, name: '', points_max: -1 }, { ...billing, types: ['Steal'] });
    if (parsed.ok) throw new Error('it was taken');
    expect(parsed.errors.map(({ field }) => field)).toEqual([
      'senders.0.name',
      'senders.0.points_max',
      'senders.1.types.0',
    ]);
    const bad = parse({ ...tts, keys: [{ id: 'k', secret_env: 'SHORT_KEY' }] });
    expect(JSON.stringify(bad)).not.toContain(ENV.SHORT_KEY);
  });

  it('with 100,000 sources is parsed without comparing each with each', () => {
    const senders = Array.from({ length: 200 }, (_, n) => ({
      ...billing,
      name: `s${n}`,
      sources: Array.from({ length: 500 }, (__, m) => `/s${n}/${m}/*`),
    }));
    const start = performance.now();
    expect(fieldsOf(...senders)).toEqual([]);
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});
