import fc from 'fast-check';
import { commandTypesOf, parseCommandData } from './command-data.js';
import type { FieldError } from './field-error.js';
import type { CommandType } from './protocol-names.js';

const user_id = 'd4930aff-f7b8-541b-ad96-1cb0b5223736';

const good = {
  RechargePoints: { user_id, points: 100, expires_at: null },
  ConsumePoints: { user_id, source_type: 'chat' },
  ExtendConsumption: { user_id, consumption_id: 'job-1', settle_within: 60 },
  SettleConsumption: { user_id, consumption_id: 'job-1' },
  RefundPoints: { user_id, consumption_id: 'job-1' },
  ReverseRecharge: { user_id, recharge_id: 'order-1', cause: 'chargeback' },
  ReinstateRecharge: { user_id, recharge_id: 'order-1' },
  ExpirePoints: { user_id },
} as const satisfies Record<CommandType, object>;

const TYPES = Object.keys(good) as CommandType[];

function faultsOf(type: CommandType, fields: object, rules: 1 | 2 = 2): readonly FieldError[] {
  const parsed = parseCommandData(type, { ...good[type], ...fields }, rules);
  return parsed.ok ? [] : parsed.errors;
}

const badFields = (type: CommandType, fields: object, rules: 1 | 2 = 2): string[] =>
  faultsOf(type, fields, rules).map(({ field }) => field);

const dataOf = (type: CommandType, fields: object): unknown => {
  const parsed = parseCommandData(type, { ...good[type], ...fields }, 2);
  return parsed.ok ? parsed.value.data : parsed.errors;
};

/** Parsed from JSON text, where `-0`, `1e400` and `__proto__` differ from what they are in a program. */
const fromJson = (text: string): object => JSON.parse(text) as object;

const OWN_FIELDS: Record<CommandType, readonly string[]> = {
  RechargePoints: ['points', 'expires_at', 'priority', 'source_id', 'recharge_id'],
  ConsumePoints: [
    ...['points', 'quantity', 'duration', 'source_type', 'source_id', 'consumption_id'],
    ...['settle_within', 'overrun', 'on_timeout'],
  ],
  ExtendConsumption: ['consumption_id', 'settle_within', 'points', 'quantity', 'duration'],
  SettleConsumption: ['consumption_id', 'points', 'quantity', 'duration', 'overrun'],
  RefundPoints: ['consumption_id', 'points', 'reason'],
  ReverseRecharge: ['recharge_id', 'points', 'cause', 'shortfall', 'reason'],
  ReinstateRecharge: ['recharge_id', 'points', 'reason'],
  ExpirePoints: [],
};

describe('a command while rules 1 is in force', () => {
  it.each(['ExtendConsumption', 'ReverseRecharge', 'ReinstateRecharge'] as const)(
    'cannot be %s',
    (type) => {
      expect(faultsOf(type, {}, 1)).toEqual([
        {
          field: 'type',
          reason:
            'must be one of RechargePoints, ConsumePoints, SettleConsumption, RefundPoints, ExpirePoints',
        },
      ]);
      expect(commandTypesOf(1)).not.toContain(type);
    },
  );

  it('has none of the fields of rules 2, not even as null', () => {
    const consume = { points: 1, source_type: 'tts' };
    for (const field of ['quantity', 'overrun', 'on_timeout', 'metadata']) {
      expect(faultsOf('ConsumePoints', { ...consume, [field]: null }, 1)).toEqual([
        { field, reason: 'is unknown here: leave it out' },
      ]);
    }
    expect(badFields('RechargePoints', { recharge_id: 'order-1' }, 1)).toEqual(['recharge_id']);
    expect(badFields('SettleConsumption', { points: 1, overrun: 'cap' }, 1)).toEqual(['overrun']);
    for (const type of commandTypesOf(1)) {
      expect(badFields(type, { metadata: { a: 'b' } }, 1)).toContain('metadata');
    }
  });

  it('still tells its points, and one of the five businesses', () => {
    expect(badFields('ConsumePoints', {}, 1)).toEqual(['points', 'source_type']);
    expect(badFields('SettleConsumption', {}, 1)).toEqual(['points']);
  });
});

describe('the data of a command by rules 2', () => {
  it('are those of every command there is', () => {
    expect(commandTypesOf(2)).toEqual(TYPES);
  });

  it.each(TYPES)('of %s are valid with only the required fields, and the others null', (type) => {
    expect(faultsOf(type, {})).toEqual([]);
    const own = ['metadata', ...OWN_FIELDS[type]].filter((field) => !(field in good[type]));
    const nulls = Object.fromEntries(own.map((field) => [field, null]));
    expect(faultsOf(type, nulls)).toEqual([]);
  });

  it.each(TYPES)('of %s have no fields of other commands', (type) => {
    const own = ['user_id', 'metadata', ...OWN_FIELDS[type]];
    const others = [...Object.values(OWN_FIELDS).flat(), 'x_trace', 'Points', 'on-timeout'];
    for (const field of others.filter((one) => !own.includes(one))) {
      expect(badFields(type, { [field]: null })).toEqual([field]);
    }
  });

  it('are kept as they were told', () => {
    const hold = { settle_within: 60, overrun: 'cap', on_timeout: 'charge', quantity: 1.5 };
    expect(dataOf('ConsumePoints', hold)).toEqual({ ...good.ConsumePoints, ...hold });
    const more = { points: 5, duration: 2, metadata: { job: '任务 7' } };
    expect(dataOf('ExtendConsumption', more)).toEqual({ ...good.ExtendConsumption, ...more });
    const part = { points: 5, shortfall: 'clamp', reason: '退款' };
    expect(dataOf('ReverseRecharge', part)).toEqual({ ...good.ReverseRecharge, ...part });
  });

  it('may tell points, a quantity and a duration together, which the rules judge', () => {
    const all = { points: 5, quantity: 2, duration: 3 };
    for (const type of ['ConsumePoints', 'ExtendConsumption', 'SettleConsumption'] as const) {
      expect(badFields(type, all)).toEqual([]);
    }
  });

  it('name every bad field at once', () => {
    const fields = { points: 0, cause: 'whim', shortfall: 'none', recharge_id: '', reason: '\n' };
    expect(badFields('ReverseRecharge', { ...fields, metadata: [], note: 1 })).toEqual([
      'metadata',
      'recharge_id',
      'points',
      'reason',
      'cause',
      'shortfall',
      'note',
    ]);
  });
});

describe('a field of a command by rules 2', () => {
  const numbers = ['points', 'quantity', 'duration', 'settle_within', 'priority'];
  const WRONG_OF_EVERY_KIND = ['true', '[]', '{}', '[5]', '{"valueOf":5}', '""', '-1', '1e400'];

  it.each(TYPES)('of %s is named whatever else than its own type it has', (type) => {
    for (const field of [...OWN_FIELDS[type], 'user_id']) {
      const isNumber = numbers.includes(field);
      for (const written of [...WRONG_OF_EVERY_KIND, isNumber ? '"5"' : '5']) {
        const faults = faultsOf(type, fromJson(`{"${field}":${written}}`));
        expect([written, faults.map((fault) => fault.field)]).toEqual([written, [field]]);
        expect(faults[0]?.reason).toMatch(/^must be /);
      }
    }
  });

  it.each([
    ['points', '1000000001'],
    ['points', '0.5'],
    ['points', '1.0000001'],
    ['settle_within', '604801'],
    ['settle_within', '1.5'],
    ['duration', '10000000.0000001'],
    ['quantity', '10000000.0000001'],
    ['priority', '101'],
    ['source_id', `"${'x'.repeat(65)}"`],
    ['consumption_id', `"${'x'.repeat(129)}"`],
    ['reason', `"${'x'.repeat(201)}"`],
    ['expires_at', '"2030-02-30T00:00:00Z"'],
  ])('%s is named where it is over its limits: %s', (field, written) => {
    for (const type of TYPES.filter((one) => OWN_FIELDS[one].includes(field))) {
      expect([type, badFields(type, fromJson(`{"${field}":${written}}`))]).toEqual([type, [field]]);
    }
  });
});

describe('a business on the wire', () => {
  it.each(['a', 'chat', 'thousand_tokens', 'x9', `a${'_'.repeat(31)}`])('can be %s', (code) => {
    expect(badFields('ConsumePoints', { source_type: code })).toEqual([]);
    expect(badFields('ConsumePoints', { source_type: code, duration: 1 })).toEqual([]);
  });

  it.each([
    '',
    'Chat',
    '9a',
    '_a',
    'a-b',
    'a b',
    'a\n',
    '聊天',
    `a${'b'.repeat(32)}`,
    7,
    null,
    ['tts'],
  ])('is not %j', (code) => {
    expect(faultsOf('ConsumePoints', { source_type: code })).toEqual([
      {
        field: 'source_type',
        reason:
          'must be the code of a business: 1 to 32 characters a-z, 0-9 and _, the first of them a letter',
      },
    ]);
  });
});

describe('a quantity', () => {
  const COUNTED = ['ConsumePoints', 'ExtendConsumption', 'SettleConsumption'] as const;

  it.each([0, 1e-7, 0.000001, 1.5, 10_000_000])('can be %d', (quantity) => {
    for (const type of COUNTED) expect(badFields(type, { quantity })).toEqual([]);
  });

  it.each(['-1e-9', '10000000.001', '1e400', '"5"', 'true', '[1]', '{}'])(
    'is not %s',
    (written) => {
      for (const type of COUNTED) {
        expect(faultsOf(type, fromJson(`{"quantity":${written}}`))).toEqual([
          { field: 'quantity', reason: 'must be a number from 0 to 10,000,000' },
        ]);
      }
    },
  );

  it('is 0, never -0', () => {
    expect(dataOf('SettleConsumption', fromJson('{"quantity":-0}'))).toStrictEqual({
      ...good.SettleConsumption,
      quantity: 0,
    });
  });
});

describe('an overrun and what happens on time-out', () => {
  it('belong to a pre-deduction', () => {
    for (const [field, value] of [
      ['overrun', 'owe'],
      ['on_timeout', 'charge'],
    ] as const) {
      const reason = 'must be left out: only a pre-deduction has it, which names settle_within';
      expect(faultsOf('ConsumePoints', { [field]: value })).toEqual([{ field, reason }]);
      expect(faultsOf('ConsumePoints', { [field]: value, settle_within: null })).toEqual([
        { field, reason },
      ]);
      expect(faultsOf('ConsumePoints', { [field]: value, settle_within: 1 })).toEqual([]);
    }
    expect(badFields('SettleConsumption', { overrun: 'refuse' })).toEqual([]);
  });

  it.each(['Owe', '', 'charge', 1, true, ['owe']])(
    'have only the words they have: not %j',
    (word) => {
      const fields = { settle_within: 60, overrun: word };
      expect(faultsOf('ConsumePoints', fields)).toEqual([
        { field: 'overrun', reason: 'must be one of refuse, cap, owe' },
      ]);
      expect(badFields('SettleConsumption', { overrun: word })).toEqual(['overrun']);
    },
  );

  it('are told to be wrong beside every other error', () => {
    const fields = { source_type: '9', overrun: 'owe', on_timeout: 'later', points: 0 };
    expect(badFields('ConsumePoints', fields)).toEqual([
      'points',
      'source_type',
      'on_timeout',
      'overrun',
    ]);
  });
});

describe('an extension', () => {
  it.each([{ points: 1 }, { quantity: 0 }, { duration: 0.5 }, { settle_within: 1 }])(
    'can add only %j',
    (fields) => {
      expect(badFields('ExtendConsumption', { settle_within: null, ...fields })).toEqual([]);
    },
  );

  it('adds something', () => {
    for (const nothing of [
      { settle_within: undefined },
      { settle_within: null, points: null, quantity: null, duration: null },
    ]) {
      expect(faultsOf('ExtendConsumption', nothing)).toEqual([
        {
          field: 'settle_within',
          reason: 'must be there, or points, quantity or duration: else nothing is extended',
        },
      ]);
    }
  });

  it('adds at least one point and one second, and at most a week', () => {
    expect(badFields('ExtendConsumption', { points: 0 })).toEqual(['points']);
    expect(badFields('ExtendConsumption', { settle_within: 0 })).toEqual(['settle_within']);
    expect(badFields('ExtendConsumption', { settle_within: 604_801 })).toEqual(['settle_within']);
  });
});

describe('a recharge id', () => {
  it('has up to 128 characters', () => {
    for (const type of ['RechargePoints', 'ReverseRecharge', 'ReinstateRecharge'] as const) {
      expect(badFields(type, { recharge_id: '😀'.repeat(128) })).toEqual([]);
      for (const bad of ['', 'x'.repeat(129), 'a\u0085', 7]) {
        expect(badFields(type, { recharge_id: bad })).toEqual(['recharge_id']);
      }
    }
    expect(badFields('ReverseRecharge', { recharge_id: null })).toEqual(['recharge_id']);
    expect(badFields('ReinstateRecharge', { recharge_id: undefined })).toEqual(['recharge_id']);
  });
});

describe('metadata', () => {
  const eight = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`k${n}`, 'x'.repeat(128)]));

  it('are up to eight entries of any command', () => {
    for (const metadata of [{}, { a: 'b' }, eight, { [`a${'_'.repeat(31)}`]: '😀'.repeat(128) }]) {
      for (const type of TYPES) expect(badFields(type, { metadata })).toEqual([]);
    }
  });

  it.each<[string, unknown, string]>([
    ['nine entries', { ...eight, k8: 'x' }, ': it has 9'],
    ['a name in capitals', { ok: 'x', Job: 'x' }, ': its entry Job is not'],
    ['a name of 33 characters', { ['a'.repeat(33)]: 'x' }, `: its entry ${'a'.repeat(33)} is not`],
    ['an empty name', { '': 'x' }, ': its entry "" is not'],
    ['a name of a prototype', fromJson('{"__proto__":"x"}'), ': its entry __proto__ is not'],
    ['an empty value', { job: '' }, ': its entry job is not'],
    ['a number', { job: 1 }, ': its entry job is not'],
    ['null in it', { job: null }, ': its entry job is not'],
    ['something nested', { job: { id: '7' } }, ': its entry job is not'],
    ['a long value', { job: 'x'.repeat(129) }, ': its entry job is not'],
    ['a control character', { job: 'a\n' }, ': its entry job is not'],
    ['half a surrogate pair', { job: '\ud83d' }, ': its entry job is not'],
    ['a list', [], ''],
    ['text', 'job', ''],
    ['false', false, ''],
  ])('are one invalid field with or as %s', (_, metadata, why) => {
    expect(faultsOf('ExpirePoints', { metadata })).toEqual([
      {
        field: 'metadata',
        reason:
          'must be an object of at most 8 entries, whose names are 1 to 32 characters a-z, 0-9 and _, ' +
          'the first of them a letter, and whose values are text of 1 to 128 characters, none of them ' +
          `a control character${why}`,
      },
    ]);
  });

  it('are taken exactly if every entry is good', () => {
    const name = fc.oneof(fc.stringMatching(/^[a-z][a-z0-9_]{0,31}$/), fc.string());
    const value = fc.oneof(fc.string({ unit: 'binary', maxLength: 140 }), fc.jsonValue());
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 10 }), (metadata) => {
        const entries = Object.entries(metadata);
        const isGood =
          entries.length <= 8 &&
          entries.every(
            ([key, one]) =>
              /^[a-z][a-z0-9_]{0,31}$/.test(key) &&
              typeof one === 'string' &&
              /^[^\p{Cc}\p{Cs}]{1,128}$/u.test(one),
          );
        expect(badFields('ExpirePoints', { metadata })).toEqual(isGood ? [] : ['metadata']);
      }),
      { numRuns: 1_000 },
    );
  });
});
