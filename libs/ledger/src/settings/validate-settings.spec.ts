import type { Business } from './business.js';
import { FIRST_BUSINESSES, firstSettings, type PublishedSettings } from './settings.js';
import { settingsFaults, type SettingsDraft } from './validate-settings.js';

const AT = '2030-01-01T00:00:00.000Z';
const FROM = '2030-01-01T00:06:00.000Z';

const chat: Business = {
  code: 'chat',
  label: '【对话】',
  unit: 'thousand_tokens',
  price: { points: '1.5', per: '2', step: '10', minimum: 3, rounding: 'half_up' },
  retired: false,
};

const BEFORE: PublishedSettings = {
  ...firstSettings({ hasAccounts: false, at: AT, by: 'api' }),
  businesses: [...FIRST_BUSINESSES, chat],
};

const DRAFT: SettingsDraft = {
  from: FROM,
  by: 'admin',
  note: '调价',
  rules: 2,
  policy: BEFORE.policy,
  businesses: BEFORE.businesses,
  notices: { lowBalance: [100, 10], expiringSoonDays: [7, 1] },
};

const fieldsOf = (draft: unknown, before: PublishedSettings | null = BEFORE): string[] =>
  settingsFaults(draft, { before, at: AT }).map(({ field }) => field);

const withChat = (change: object): object => ({
  ...DRAFT,
  businesses: [...FIRST_BUSINESSES, { ...chat, ...change }],
});

const withPrice = (change: object): object => withChat({ price: { ...chat.price, ...change } });

const withPolicy = (change: object): object => ({
  ...DRAFT,
  policy: { ...DRAFT.policy, ...change },
});

const withoutField = (name: string): object =>
  Object.fromEntries(Object.entries(DRAFT).filter(([field]) => field !== name));

describe('a version of the settings', () => {
  it('can be published as it should be', () => {
    expect(fieldsOf(DRAFT)).toEqual([]);
    expect(fieldsOf({ ...DRAFT, note: null })).toEqual([]);
  });

  it.each([
    ['text', 'settings'],
    [null, 'settings'],
    [[], 'settings'],
  ])('is an object: %j', (draft, field) => {
    expect(fieldsOf(draft)).toEqual([field]);
  });

  it.each(['from', 'by', 'note', 'rules', 'policy', 'businesses', 'notices'])(
    'is whole: without %s',
    (name) => {
      expect(fieldsOf(withoutField(name))).toEqual([name]);
    },
  );

  it('names every field that is wrong, and not the first alone', () => {
    const draft = {
      ...withPrice({ step: '0', points: 1 }),
      from: AT,
      notices: { lowBalance: [10, 100], expiringSoonDays: [] },
      whim: true,
    };
    expect(fieldsOf(draft)).toEqual([
      'whim',
      'from',
      'businesses[5].price.points',
      'businesses[5].price.step',
      'notices.lowBalance',
    ]);
  });

  it('has a code for each fault, with the details that its reason mentions', () => {
    const draft = {
      ...withPrice({ minimum: 0, rounding: 'floor' }),
      from: AT,
      note: '',
      policy: { ...DRAFT.policy, owedMax: -1, rememberMin: 11_000 },
    };
    const faults = settingsFaults(draft, { before: BEFORE, at: AT });
    expect(faults.map(({ field, code, details }) => [field, code, details])).toEqual([
      ['from', 'TooSoon', { earliest: FROM }],
      ['note', 'NotAText', { max: 500 }],
      ['policy.owedMax', 'NotInRange', { min: 0, max: 2_000_000_000 }],
      ['policy.rememberMin', 'AboveMaximum', undefined],
      ['businesses[5].price.minimum', 'NotInRange', { min: 1, max: 1_000_000_000 }],
      ['businesses[5].price.rounding', 'NotOneOf', { values: 'up, half_up, down' }],
    ]);
  });

  it('does not say its version or when it was published: the store does', () => {
    expect(fieldsOf({ ...DRAFT, version: 2, at: AT })).toEqual(['version', 'at']);
  });

  it.each(['', 'x'.repeat(129), 'a\nb', 7, null])('is by somebody: not %j', (by) => {
    expect(fieldsOf({ ...DRAFT, by })).toEqual(['by']);
  });

  it.each(['', 'x'.repeat(501), '\u0007', 7, '\ud800'])('has no note like %j', (note) => {
    expect(fieldsOf({ ...DRAFT, note })).toEqual(['note']);
  });
});

describe('the moment from which a version is in force', () => {
  it.each([
    '2030-01-01',
    '2030-01-01T00:06:00Z',
    '2030-02-30T00:00:00.000Z',
    '2030-01-01T08:06:00.000+08:00',
    7,
    null,
  ])('is a time: not %j', (from) => {
    expect(fieldsOf({ ...DRAFT, from })).toEqual(['from']);
  });

  it('is 6 minutes ahead of the clock of the store at least', () => {
    expect(fieldsOf({ ...DRAFT, from: FROM })).toEqual([]);
    expect(fieldsOf({ ...DRAFT, from: '2030-01-01T00:05:59.999Z' })).toEqual(['from']);
    expect(fieldsOf({ ...DRAFT, from: '2029-01-01T00:00:00.000Z' })).toEqual(['from']);
  });

  it('is later than that of the version before', () => {
    const ahead = { ...BEFORE, from: '2030-06-01T00:00:00.000Z' };
    expect(fieldsOf({ ...DRAFT, from: '2030-06-01T00:00:00.001Z' }, ahead)).toEqual([]);
    expect(fieldsOf({ ...DRAFT, from: '2030-06-01T00:00:00.000Z' }, ahead)).toEqual(['from']);
  });

  it('is the beginning of time for the first one, whenever it is published', () => {
    const first = { ...DRAFT, from: '0001-01-01T00:00:00.000Z' };
    expect(fieldsOf(first, null)).toEqual([]);
    expect(fieldsOf(DRAFT, null)).toEqual(['from']);
  });
});

describe('the rules of a version', () => {
  it.each([0, 3, '2', null, 1.5])('are known ones: not %j', (rules) => {
    expect(fieldsOf({ ...DRAFT, rules })).toEqual(['rules']);
  });

  it('are not lower than before', () => {
    const five = { ...DRAFT, rules: 1, businesses: FIRST_BUSINESSES };
    const only = { ...BEFORE, businesses: FIRST_BUSINESSES };
    expect(fieldsOf(five, only)).toEqual(['rules']);
    expect(fieldsOf(five, { ...only, rules: 1 })).toEqual([]);
  });

  it.each<[string, readonly object[]]>([
    ['a sixth', [...FIRST_BUSINESSES, chat]],
    ['another label', FIRST_BUSINESSES.map((one) => ({ ...one, label: '【新】' }))],
    ['a retired one', FIRST_BUSINESSES.map((one) => ({ ...one, retired: true }))],
    ['a price', FIRST_BUSINESSES.map((one) => ({ ...one, price: chat.price }))],
  ])('1 are with the five businesses as they were: not %s', (_, businesses) => {
    const before = { ...BEFORE, rules: 1, businesses: FIRST_BUSINESSES } as const;
    expect(fieldsOf({ ...DRAFT, rules: 1, businesses }, before)).toEqual(['businesses']);
  });
});

describe('the policy of a version', () => {
  it.each(Object.keys(DRAFT.policy))('is whole, and well-formed: %s', (name) => {
    for (const bad of [undefined, null, -1, -0, 0.5, '7', 2 ** 53, Number.NaN]) {
      expect(fieldsOf(withPolicy({ [name]: bad }))).toContain(`policy.${name}`);
    }
  });

  it('has no other limits', () => {
    expect(fieldsOf(withPolicy({ ownMax: 5 }))).toEqual(['policy.ownMax']);
    expect(fieldsOf({ ...DRAFT, policy: null })).toEqual(['policy']);
  });

  it('says refuse, cap or owe', () => {
    for (const overrun of ['refuse', 'cap', 'owe']) {
      expect(fieldsOf(withPolicy({ overrun }))).toEqual([]);
    }
    expect(fieldsOf(withPolicy({ overrun: 'forgive' }))).toEqual(['policy.overrun']);
  });

  it('lets no more be owed than its column holds', () => {
    expect(fieldsOf(withPolicy({ owedMax: 2_000_000_000 }))).toEqual([]);
    expect(fieldsOf(withPolicy({ owedMax: 2_000_000_001 }))).toEqual(['policy.owedMax']);
  });

  it('has no grace that ends after the last year of four digits', () => {
    expect(fieldsOf(withPolicy({ refundGraceDays: 36_500 }))).toEqual([]);
    expect(fieldsOf(withPolicy({ refundGraceDays: 36_501 }))).toEqual(['policy.refundGraceDays']);
  });

  it('remembers at most what it remembers at least', () => {
    expect(fieldsOf(withPolicy({ rememberMin: 11, rememberMax: 10 }))).toEqual([
      'policy.rememberMin',
    ]);
  });
});

describe('the businesses of a version', () => {
  it.each([
    ['code', ['', 'Chat', '1chat', 'c'.repeat(33), 'chat-2', 7, null]],
    ['label', ['', '名'.repeat(65), 'a\nb', '\ud800', 7, null]],
    ['unit', ['', 'Token', 'tokens!', 7, null]],
    ['retired', ['no', 0, null]],
  ])('have a well-formed %s', (name, values) => {
    for (const value of values) {
      const faults = fieldsOf(withChat({ [name]: value }));
      expect(faults).toContain(`businesses[5].${name}`);
    }
  });

  it('have labels of 64 characters, which are no code units', () => {
    expect(fieldsOf(withChat({ label: '😀'.repeat(64) }))).toEqual([]);
  });

  it.each([
    ['points', ['0', '0.0', '01', '.5', '5.', '1234567890', '1.1234567', '-1', '+1', '1e3', 1, '']],
    ['per', ['0', '00', '1,5', ' 1', null]],
    ['step', ['0', '-0', '0.000000', 'ten', 10]],
    ['minimum', [0, -1, 1.5, 1_000_000_001, '1', null]],
    ['rounding', ['floor', '', null, 7]],
  ])('have a well-formed %s in their price', (name, values) => {
    for (const value of values) {
      expect(fieldsOf(withPrice({ [name]: value }))).toEqual([`businesses[5].price.${name}`]);
    }
  });

  it.each([
    { points: '999999999.999999' },
    { per: '0.000001' },
    { step: null },
    { points: '1.50' },
    { minimum: 1_000_000_000, rounding: 'down' },
  ])('can have a price with %j', (change) => {
    expect(fieldsOf(withPrice(change))).toEqual([]);
  });

  it('have no other fields', () => {
    expect(fieldsOf(withChat({ icon: 'x' }))).toEqual(['businesses[5].icon']);
    expect(fieldsOf(withPrice({ currency: 'x' }))).toEqual(['businesses[5].price.currency']);
    expect(fieldsOf(withChat({ price: 7 }))).toEqual(['businesses[5].price']);
    expect(fieldsOf({ ...DRAFT, businesses: {} })).toEqual(['businesses']);
  });

  it('are each in the list once', () => {
    const twice = { ...DRAFT, businesses: [...BEFORE.businesses, chat] };
    expect(fieldsOf(twice)).toEqual(['businesses[6].code']);
  });

  it('are never removed, only retired', () => {
    expect(fieldsOf({ ...DRAFT, businesses: FIRST_BUSINESSES })).toEqual(['businesses']);
    expect(fieldsOf(withChat({ retired: true }))).toEqual([]);
    const first = { ...DRAFT, from: '0001-01-01T00:00:00.000Z', businesses: [chat] };
    expect(fieldsOf(first, null)).toEqual(Array.from({ length: 5 }, () => 'businesses'));
  });

  it('keep their unit, because another unit is another business', () => {
    expect(fieldsOf(withChat({ unit: 'token' }))).toEqual(['businesses[5].unit']);
    const again = DRAFT.businesses.map((one) => ({ ...one, unit: 'call' }));
    expect(fieldsOf({ ...DRAFT, businesses: again })).toEqual([
      'businesses[3].unit',
      'businesses[4].unit',
      'businesses[5].unit',
    ]);
  });
});

describe('the notices of a version', () => {
  it.each([
    ['lowBalance', [[1, 2], [5, 5], [0], [2_000_000_001], [1.5], ['5'], null, Array(11).fill(1)]],
    ['expiringSoonDays', [[1, 7], [366], [0], [9, 8, 7, 6, 5, 4], 7]],
  ])('have a well-formed %s', (name, values) => {
    for (const value of values) {
      const notices = { ...DRAFT.notices, [name]: value as unknown };
      expect(fieldsOf({ ...DRAFT, notices })).toEqual([`notices.${name}`]);
    }
  });

  it('may be none', () => {
    const notices = { lowBalance: [], expiringSoonDays: [] };
    expect(fieldsOf({ ...DRAFT, notices })).toEqual([]);
  });

  it('are of no other kinds', () => {
    expect(fieldsOf({ ...DRAFT, notices: { ...DRAFT.notices, sms: [] } })).toEqual(['notices.sms']);
    expect(fieldsOf({ ...DRAFT, notices: [] })).toEqual(['notices']);
  });
});
