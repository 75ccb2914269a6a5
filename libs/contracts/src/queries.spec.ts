import {
  balanceQuery,
  eventsQuery,
  parseWith,
  parseIdempotencyKey,
  parseQuery,
  rowParam,
  stateQuery,
  transactionsQuery,
  usageQuery,
  type ParseResult,
} from './index.js';

const at = '2030-01-31T00:00:00.000Z';

const badFields = (parsed: ParseResult<unknown>): string[] =>
  parsed.ok ? [] : parsed.errors.map(({ field }) => field);

describe('a query', () => {
  it('has defaults', () => {
    expect(parseQuery(transactionsQuery, {})).toEqual({ ok: true, value: { limit: 20 } });
    expect(parseQuery(eventsQuery, {})).toEqual({ ok: true, value: { limit: 20 } });
    expect(parseQuery(usageQuery, {})).toEqual({
      ok: true,
      value: { group_by: 'day', tz: 'Asia/Shanghai' },
    });
  });

  it('is parsed from text', () => {
    const query = { type: 'refund', source_type: 'tts', from: at, to: '2030-02-01T08:00:00+08:00' };
    expect(parseQuery(transactionsQuery, { ...query, limit: '100', cursor: 'x' })).toEqual({
      ok: true,
      value: { ...query, to: '2030-02-01T00:00:00.000Z', limit: 100, cursor: 'x' },
    });
    expect(parseQuery(eventsQuery, { after: '0', limit: '1' })).toEqual({
      ok: true,
      value: { after: 0, limit: 1 },
    });
    expect(parseQuery(balanceQuery, { at: '2030-01-31T00:00:00Z', min_position: 'pg-1' })).toEqual({
      ok: true,
      value: { at, min_position: 'pg-1' },
    });
    expect(parseQuery(stateQuery, { revision: '7' })).toEqual({ ok: true, value: { revision: 7 } });
    expect(parseWith(rowParam, '7')).toEqual({ ok: true, value: 7 });
    expect(parseWith(rowParam, 'r7.0')).toEqual({ ok: true, value: 'r7.0' });
  });

  it('ignores an empty parameter', () => {
    const query = { type: '', source_type: '', from: '', to: '', limit: '', cursor: '' };
    expect(parseQuery(transactionsQuery, query)).toEqual({ ok: true, value: { limit: 20 } });
  });

  it.each([
    '0',
    '101',
    '-1',
    '5.5',
    ' 5',
    '5 ',
    '1e1',
    '0x10',
    '٣',
    'many',
    '9'.repeat(17),
    5,
    ['5', '5'],
  ])('rejects the limit %j', (limit) => {
    expect(badFields(parseQuery(transactionsQuery, { limit }))).toEqual(['limit']);
  });

  it('reports every invalid parameter', () => {
    const query = {
      type: 'gift',
      source_type: ['tts', 'tts'],
      from: 'now',
      to: '2030-02-30',
      limit: 'x',
    };
    expect(badFields(parseQuery(transactionsQuery, query)).sort()).toEqual(
      Object.keys(query).sort(),
    );
    expect(badFields(parseQuery(stateQuery, { revision: '9007199254740992' }))).toEqual([
      'revision',
    ]);
    for (const name of [
      '0',
      '7.0',
      'r7',
      'r7.0.1',
      'R7.0',
      'r-1.0',
      `r${'9'.repeat(16)}.0`,
      '1e3',
    ]) {
      expect([name, badFields(parseWith(rowParam, name, 'id'))]).toEqual([name, ['id']]);
    }
    expect(badFields(parseQuery(usageQuery, 'text'))).toEqual(['query']);
  });

  it.each([
    ['a parameter that is unknown', { form: '2030-01-31T00:00:00Z' }, 'form', 'is unknown here'],
    ['an unknown one without a value', { tpye: '' }, 'tpye', 'is unknown here'],
    ['an unknown one that is there twice', { x: ['1', '2'] }, 'x', 'is unknown here'],
    ['one that is there twice', { limit: ['5', '6'] }, 'limit', 'must be given once'],
    [
      'one that is there twice without a value',
      { cursor: ['', ''] },
      'cursor',
      'must be given once',
    ],
    ['one of another question', { group_by: 'day' }, 'group_by', 'is unknown here'],
    [
      'a name from a prototype',
      JSON.parse('{"__proto__":"1"}') as object,
      '__proto__',
      'is unknown',
    ],
    ['the name of a method', { toString: '1' }, 'toString', 'is unknown here'],
    ['the year 0', { from: '0000-01-01T00:00:00Z' }, 'from', 'must be an RFC 3339 time'],
    ['a year 0 in UTC', { to: '0001-01-01T00:00:00+14:00' }, 'to', 'must be an RFC 3339 time'],
  ])('reports %s', (_, query, field, reason) => {
    const parsed = parseQuery(transactionsQuery, query);
    expect(parsed).toMatchObject({
      ok: false,
      errors: [{ field, reason: expect.stringContaining(reason) as string }],
    });
  });

  it.each(['Asia/Shanghai', 'UTC', 'America/New_York'])('accepts the time zone %s', (tz) => {
    expect(parseQuery(usageQuery, { tz })).toMatchObject({ ok: true, value: { tz } });
  });

  it.each(['Mars/Olympus', '+08:00', "'; drop table", '上海'])('rejects the time zone %s', (tz) => {
    expect(badFields(parseQuery(usageQuery, { tz }))).toEqual(['tz']);
  });
});

describe('a grouping of usage', () => {
  it.each(['day', 'source_type', 'day,source_type'])('can be %s', (group_by) => {
    expect(parseQuery(usageQuery, { group_by })).toMatchObject({ ok: true, value: { group_by } });
  });

  it.each(['month', 'source_type,day'])('cannot be %j', (group_by) => {
    expect(badFields(parseQuery(usageQuery, { group_by }))).toEqual(['group_by']);
  });
});

describe('an idempotency key', () => {
  it.each([
    ['order-1', 'order-1'],
    ['"order-1"', 'order-1'],
    [' "order 1" ', 'order 1'],
    ['"say \\"hi\\" \\\\"', 'say "hi" \\'],
    ['"half', '"half'],
    // Only what HTTP allows around a value is no part of it.
    [' \tx\t', 'x'],
    ['\u3000x\ufeff', '\u3000x\ufeff'],
  ])('is parsed from %j', (header, key) => {
    expect(parseIdempotencyKey(header)).toEqual({ ok: true, value: key });
  });

  it.each([undefined, '', '""', ' ', 'x'.repeat(129), 'a\nb', ['a', 'b'], 7])(
    'is not read from %j',
    (header) => {
      expect(badFields(parseIdempotencyKey(header))).toEqual(['Idempotency-Key']);
    },
  );
});
