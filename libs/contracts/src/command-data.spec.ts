import { parseCommandData } from './command-data.js';
import type { FieldError } from './field-error.js';

const user_id = 'd4930aff-f7b8-541b-ad96-1cb0b5223736';

const good = {
  RechargePoints: { user_id, points: 100, expires_at: '2030-01-31T00:00:00Z' },
  ConsumePoints: { user_id, points: 12, source_type: 'tts' },
  SettleConsumption: { user_id, consumption_id: 'job-1', points: 0 },
  RefundPoints: { user_id, consumption_id: 'job-1' },
  ExpirePoints: { user_id },
} as const;

type CommandType = keyof typeof good;

function faultsOf(type: CommandType, fields: object): readonly FieldError[] {
  const parsed = parseCommandData(type, { ...good[type], ...fields }, 1);
  return parsed.ok ? [] : parsed.errors;
}

const badFields = (type: CommandType, fields: object): string[] =>
  faultsOf(type, fields).map(({ field }) => field);

const dataOf = (type: CommandType, fields: object): unknown => {
  const parsed = parseCommandData(type, { ...good[type], ...fields }, 1);
  return parsed.ok ? parsed.value.data : parsed.errors;
};

/** Parsed from JSON text, where `5.0`, `1e400` and `__proto__` differ from what they are in a program. */
const fromJson = (text: string): object => JSON.parse(text) as object;

describe('the data of a command by rules 1', () => {
  it.each(Object.keys(good) as CommandType[])(
    'of %s is valid with only the required fields',
    (type) => {
      expect(faultsOf(type, {})).toEqual([]);
    },
  );

  it('is valid with every field', () => {
    const recharge = { priority: 0, source_id: '订单 3 ✓' };
    const consume = {
      source_id: 'task',
      duration: 12.5,
      consumption_id: 'job-1',
      settle_within: 604_800,
    };
    expect(dataOf('RechargePoints', recharge)).toMatchObject(recharge);
    expect(dataOf('ConsumePoints', consume)).toMatchObject(consume);
    expect(dataOf('SettleConsumption', { duration: 0 })).toMatchObject({ duration: 0 });
    expect(dataOf('RefundPoints', { points: 1, reason: '生成失败' })).toMatchObject({
      points: 1,
      reason: '生成失败',
    });
  });

  it('can omit optional fields or set them to null', () => {
    const nothing = { source_id: null, duration: null, consumption_id: null, settle_within: null };
    expect(badFields('RechargePoints', { priority: null, source_id: null })).toEqual([]);
    expect(badFields('ConsumePoints', nothing)).toEqual([]);
    expect(badFields('SettleConsumption', { duration: null })).toEqual([]);
    expect(badFields('RefundPoints', { points: null, reason: null })).toEqual([]);
  });

  it('requires expires_at, even if the points never expire', () => {
    expect(badFields('RechargePoints', { expires_at: null })).toEqual([]);
    expect(faultsOf('RechargePoints', { expires_at: undefined })).toEqual([
      {
        field: 'expires_at',
        reason:
          'is missing: it must be an RFC 3339 time with an offset, or null for points that never expire',
      },
    ]);
  });

  it('keeps user ids in lower case and times in UTC, cut to milliseconds', () => {
    const fields = { user_id: user_id.toUpperCase(), expires_at: '2030-01-31T08:00:00.0009+08:00' };
    expect(dataOf('RechargePoints', fields)).toEqual({
      ...good.RechargePoints,
      expires_at: '2030-01-31T00:00:00.000Z',
    });
  });

  it('reports an unknown field along with the invalid ones', () => {
    expect(faultsOf('RefundPoints', { point: 3, consumption_id: '' })).toEqual([
      {
        field: 'consumption_id',
        reason: 'must be text of 1 to 128 characters, none of them a control character',
      },
      { field: 'point', reason: 'is unknown here: leave it out' },
    ]);
  });

  const fieldsOf: Record<CommandType, readonly string[]> = {
    RechargePoints: ['user_id', 'points', 'expires_at', 'priority', 'source_id'],
    ConsumePoints: [
      ...['user_id', 'points', 'source_type', 'source_id', 'duration', 'consumption_id'],
      'settle_within',
    ],
    SettleConsumption: ['user_id', 'consumption_id', 'points', 'duration'],
    RefundPoints: ['user_id', 'consumption_id', 'points', 'reason'],
    ExpirePoints: ['user_id'],
  };

  it.each(Object.keys(good) as CommandType[])('of %s accepts only its own fields', (type) => {
    const others = [...Object.values(fieldsOf).flat(), 'x_trace', 'Points', 'userId', 'metadata'];
    for (const field of others.filter((one) => !fieldsOf[type].includes(one))) {
      expect(badFields(type, { [field]: null })).toEqual([field]);
    }
  });

  it('reports at most ten unknown fields, each with a shortened name', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`x${n}`, n]));
    const faults = faultsOf('ExpirePoints', { ...many });
    expect(faults).toHaveLength(11);
    expect(faults.at(-1)).toEqual({
      field: 'data',
      reason: 'has 4990 more fields that are unknown here',
    });
    const [long] = badFields('ExpirePoints', { ['\u001b\n\u009b\u202e\u2028'.repeat(1_000)]: 1 });
    expect(long?.length).toBeLessThan(600);
    expect(long).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
  });

  it('reports every invalid field and what it must be', () => {
    const fields = {
      user_id: 7,
      points: 0,
      source_type: 'karaoke',
      duration: -1,
      settle_within: 0,
    };
    expect(faultsOf('ConsumePoints', fields)).toEqual([
      { field: 'user_id', reason: 'must be a UUID' },
      { field: 'points', reason: 'must be a whole number from 1 to 1,000,000,000' },
      {
        field: 'source_type',
        reason: 'must be one of script, polish, voice_clone, tts, video',
      },
      { field: 'duration', reason: 'must be a number of seconds from 0 to 10,000,000' },
      { field: 'settle_within', reason: 'must be a whole number from 1 to 604,800' },
    ]);
  });

  it.each([null, undefined, true, 5, 'text', [], [{ user_id }]])('cannot be %j', (input) => {
    const must = 'a JSON object with the fields of the command';
    const reason = input === undefined ? `is missing: it must be ${must}` : `must be ${must}`;
    expect(parseCommandData('ConsumePoints', input, 1)).toEqual({
      ok: false,
      errors: [{ field: 'data', reason }],
    });
  });

  it('does not take fields from a prototype', () => {
    const inherited = `{"__proto__":${JSON.stringify(good.ConsumePoints)}}`;
    const parsed = parseCommandData('ConsumePoints', fromJson(inherited), 1);
    expect(parsed.ok ? [] : parsed.errors.map(({ field }) => field)).toEqual([
      'user_id',
      'points',
      'source_type',
      '__proto__',
    ]);
    expect(({} as Record<string, unknown>)['points']).toBeUndefined();
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'knows no business called %s',
    (name) => {
      expect(badFields('ConsumePoints', { source_type: name, duration: 1 })).toEqual([
        'source_type',
      ]);
    },
  );
});

describe('a whole number', () => {
  it('is valid with a fraction of zero', () => {
    expect(dataOf('ConsumePoints', fromJson('{"points":5.0}'))).toMatchObject({ points: 5 });
    expect(dataOf('ConsumePoints', fromJson('{"points":1e9}'))).toMatchObject({ points: 1e9 });
  });

  it('is 0, never -0', () => {
    const data = dataOf('SettleConsumption', fromJson('{"points":-0,"duration":-0.0}'));
    expect(data).toStrictEqual({ ...good.SettleConsumption, points: 0, duration: 0 });
  });

  it.each([
    '5.5',
    '"5"',
    '0',
    '-1',
    '1000000001',
    '9007199254740992',
    '9007199254740993',
    '1e400',
    '-1e400',
    '1e-400',
    'null',
    'true',
    '""',
    '[]',
    '[5]',
    '{}',
    '{"valueOf":5}',
  ])('of points is not %s', (points) => {
    expect(badFields('ConsumePoints', fromJson(`{"points":${points}}`))).toEqual(['points']);
    expect(badFields('RechargePoints', fromJson(`{"points":${points}}`))).toEqual(['points']);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 5n, new Date(0), () => 5])(
    'of points is not %p either',
    (points) => {
      expect(badFields('ConsumePoints', { points })).toEqual(['points']);
    },
  );

  it('ends at its bounds', () => {
    expect(badFields('RechargePoints', { priority: 100, points: 1_000_000_000 })).toEqual([]);
    expect(badFields('RechargePoints', { priority: 101 })).toEqual(['priority']);
    expect(badFields('RechargePoints', { priority: -1 })).toEqual(['priority']);
    expect(badFields('ConsumePoints', { settle_within: 604_801 })).toEqual(['settle_within']);
    expect(badFields('SettleConsumption', { points: 1_000_000_001 })).toEqual(['points']);
    expect(badFields('RefundPoints', { points: 0 })).toEqual(['points']);
  });
});

describe('a duration', () => {
  it.each([0, 0.001, 12.5, 10_000_000])('can be %d seconds', (duration) => {
    expect(badFields('ConsumePoints', { duration })).toEqual([]);
  });

  it.each([-0.001, 10_000_000.001, '1', Number.NaN, Number.POSITIVE_INFINITY, true, [1]])(
    'is not %p',
    (duration) => {
      expect(badFields('ConsumePoints', { duration })).toEqual(['duration']);
      expect(badFields('SettleConsumption', { duration })).toEqual(['duration']);
    },
  );

  it.each(['script', 'polish', 'voice_clone'])('does not exist for %s', (source_type) => {
    expect(faultsOf('ConsumePoints', { source_type, duration: 0 })).toEqual([
      {
        field: 'duration',
        reason: 'must be left out: this source_type is not billed by the second',
      },
    ]);
    expect(badFields('ConsumePoints', { source_type, duration: null })).toEqual([]);
  });

  it('that a business does not have is reported once, along with all other errors', () => {
    const fields = { source_type: 'script', points: 0, duration: 5 };
    expect(badFields('ConsumePoints', fields)).toEqual(['points', 'duration']);
    expect(badFields('ConsumePoints', { ...fields, duration: -5 })).toEqual(['points', 'duration']);
  });
});

describe('a text', () => {
  it('is measured in code points', () => {
    expect(badFields('ConsumePoints', { source_id: '😀'.repeat(64) })).toEqual([]);
    expect(badFields('ConsumePoints', { source_id: '😀'.repeat(65) })).toEqual(['source_id']);
    expect(badFields('ConsumePoints', { consumption_id: '因'.repeat(128) })).toEqual([]);
    expect(badFields('ConsumePoints', { consumption_id: 'x'.repeat(129) })).toEqual([
      'consumption_id',
    ]);
    expect(badFields('RefundPoints', { reason: '😀'.repeat(200) })).toEqual([]);
    expect(badFields('RefundPoints', { reason: 'x'.repeat(201) })).toEqual(['reason']);
  });

  it.each([
    ['empty', ''],
    ['65 characters', 'x'.repeat(65)],
    ['a null byte', 'order\0'],
    ['a line break', 'order\n'],
    ['a delete', 'order\x7f'],
    ['a control character of Latin-1', 'order\x85'],
    ['half a surrogate pair', 'order\ud83d'],
    ['the other half', '\ude00order'],
    ['the halves the wrong way round', '\ude00\ud83d'],
    ['a number', 7],
    ['a list', ['order']],
  ])('is invalid with or as %s', (_, value) => {
    expect(faultsOf('ConsumePoints', { source_id: value })).toEqual([
      {
        field: 'source_id',
        reason: 'must be text of 1 to 64 characters, none of them a control character',
      },
    ]);
    if (String(value).length < 65) {
      expect(badFields('RefundPoints', { reason: value })).toEqual(['reason']);
      expect(badFields('RefundPoints', { consumption_id: value })).toEqual(['consumption_id']);
    }
  });
});

describe('a user id', () => {
  it.each([
    '',
    'user-7',
    user_id.slice(1),
    `${user_id}0`,
    ` ${user_id}`,
    `${user_id}\n`,
    `{${user_id}}`,
    user_id.replaceAll('-', ''),
    user_id.replace('a', 'g'),
    `urn:uuid:${user_id}`,
    null,
    7,
    [user_id],
  ])('cannot be %j', (input) => {
    expect(faultsOf('ExpirePoints', { user_id: input })).toEqual([
      { field: 'user_id', reason: 'must be a UUID' },
    ]);
  });

  it('can be a UUID of any version', () => {
    for (const id of ['00000000-0000-0000-0000-000000000001', user_id.toUpperCase()]) {
      expect(badFields('ExpirePoints', { user_id: id })).toEqual([]);
    }
  });
});
