import { mapDigest, parseMapping } from './mapping.js';

function errorsOf(mapping: unknown): readonly string[] {
  const parsed = parseMapping(typeof mapping === 'string' ? mapping : JSON.stringify(mapping));
  return parsed.ok ? [] : parsed.errors.map(({ field, reason }) => `${field} ${reason}`);
}

const BATCHES = {
  table: 'point_batches',
  id: 'id',
  user: 'user_id',
  remaining: 'points_left',
  expiresAt: 'expires_at',
};

describe('A mapping', () => {
  it('decides nothing where it is empty', () => {
    expect(parseMapping('{}')).toEqual({ ok: true, value: {} });
  });

  it('may name and decide everything', () => {
    const mapping = {
      rows: { table: 'points.mjk_point_transactions' },
      batches: {
        ...BATCHES,
        points: 'points',
        priority: 'priority',
        rechargeId: 'order_no',
        sourceId: 'order_no',
        createdAt: 'created_at',
      },
      jobs: { table: 'jobs', user: 'user_id', id: ['kind', 'id'], settleBy: 'deadline' },
      consumption: ['source_type', 'source_id'],
      zone: 'Asia/Shanghai',
      types: { spend: 'consume' },
      amounts: 'balances',
      negative: 'zero',
      businesses: { dubbing: 'tts', music: 'history', '': 'history' },
      sharedIds: 'history',
      refunds: 'newest',
      batchIds: 'derive',
      believe: 'balance',
      adjustMax: 100,
      adjustDays: null,
      texts: 'label',
    };
    expect(parseMapping(JSON.stringify(mapping))).toEqual({ ok: true, value: mapping });
  });

  it.each([
    ['what is no JSON', 'rows: {}', 'the mapping must be JSON'],
    ['a list', [], 'the mapping must be a JSON object, the mapping'],
    ['an unknown field', { zones: 'UTC' }, 'zones is unknown here: leave it out'],
    [
      'a field that stands twice',
      '{"zone":"UTC","zone":"UTC"}',
      'zone stands twice in one object: name it once',
    ],
    [
      'an unknown zone',
      { zone: 'Mars/Base' },
      'zone must be a time zone such as Asia/Shanghai, UTC or +08:00',
    ],
    [
      'a batch without its points',
      { batches: { ...BATCHES, remaining: undefined } },
      'batches.remaining is missing: it must be the name of the column that has the points left of a batch, 1 to 63 characters',
    ],
    [
      'a name with a quote',
      { batches: { ...BATCHES, table: 'a"b' } },
      'batches.table must be the name of the table of batches, such as points or public.points',
    ],
    [
      'a decision that does not exist',
      { refunds: 'oldest' },
      'refunds must be "newest" or "history", or left out',
    ],
    [
      'a type that does not exist',
      { types: { spend: 'spend' } },
      'types.spend must be one of recharge, consume, expire, refund',
    ],
    [
      'a code that is none',
      { businesses: { music: 'Music' } },
      'businesses.music must be the code of a business (a-z, 0-9 and _), or "history"',
    ],
    [
      'what is believed without a limit',
      { believe: 'batches' },
      'adjustMax is missing: it must be the most points by which "believe" may adjust',
    ],
    [
      'a limit without what is believed',
      { adjustMax: 5 },
      'believe is missing: it must be "batches" or "balance" where "adjustMax" stands',
    ],
    [
      'points for ever by accident',
      { believe: 'balance', adjustMax: 5 },
      'adjustDays is missing: it must say how long points live that are made up for',
    ],
    [
      'days that are of no use',
      { believe: 'batches', adjustMax: 5, adjustDays: 30 },
      'adjustDays is of use only with "believe": "balance": leave it out',
    ],
    [
      'jobs that are never given up',
      { jobs: { table: 'jobs', user: 'u', id: ['id'] } },
      'jobs must name either "settleBy" (a column) or "settleWithinSeconds"',
    ],
    [
      'a consumption of no column',
      { consumption: [] },
      'consumption must be a list of 1 to 8 names of columns that are the id of a consumption',
    ],
  ])('is refused with %s, and the error names the field', (_what, mapping, error) => {
    expect(errorsOf(mapping)).toEqual([error]);
  });

  it('has every error named at once', () => {
    expect(errorsOf({ zone: 1, texts: 'none' })).toHaveLength(2);
  });

  it('has a digest of what it says, whatever its order and white space', () => {
    const one = parseMapping('{"zone":"UTC","types":{"a":"consume","b":"refund"}}');
    const other = parseMapping('{ "types": {"b":"refund", "a":"consume"},\n "zone": "UTC" }');
    if (!one.ok || !other.ok) throw new Error('both are mappings');
    expect(mapDigest(one.value)).toBe(mapDigest(other.value));
    expect(mapDigest(one.value)).toMatch(/^[0-9a-f]{64}$/);
    expect(mapDigest({ zone: 'UTC' })).not.toBe(mapDigest(one.value));
  });
});
