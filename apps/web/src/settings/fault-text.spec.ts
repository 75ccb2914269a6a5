import { en } from '../i18n/en.js';
import { zh } from '../i18n/zh.js';
import { formatLocalTime } from '../format/time.js';
import { NEW_BUSINESS } from './draft.js';
import { faultText, fieldName } from './fault-text.js';

describe('what is wrong with a field of a draft', () => {
  const error = {
    field: 'policy.owedMax',
    reason: 'must be a whole number, 0 to 2000000000',
    code: 'NotInRange',
    details: { min: 0, max: 2_000_000_000 },
  };

  it('is told in the language of the page', () => {
    expect(faultText(error, zh)).toBe('应为 0 至 2,000,000,000 的整数');
    expect(faultText(error, en)).toBe('must be a whole number, 0 to 2,000,000,000');
  });

  it('has moments in the time zone of the reader, like the form', () => {
    const earliest = '2030-01-01T00:06:00.000Z';
    const tooSoon = { field: 'from', reason: '', code: 'TooSoon', details: { earliest } };
    expect(faultText(tooSoon, zh)).toContain(formatLocalTime(earliest));
  });

  it.each([undefined, 'OfALaterBuild', 'toString'])(
    'is told as the API does where its kind is %j',
    (code) => {
      expect(faultText({ ...error, code }, zh)).toBe(error.reason);
    },
  );

  it('is a text for every kind in both languages', () => {
    expect(Object.keys(en.settings.faults).sort()).toEqual(Object.keys(zh.settings.faults).sort());
  });
});

describe('the name of a field', () => {
  const businesses = [
    { ...NEW_BUSINESS, code: 'tts' },
    { ...NEW_BUSINESS, label: '【翻译】' },
  ];

  it.each([
    ['from', '生效时间'],
    ['businesses', '业务与单价'],
    ['businesses[0].label', 'tts 名称'],
    ['businesses[0].price', 'tts 单价'],
    ['businesses[0].price.minimum', 'tts 最低积分'],
    ['businesses[1].code', '【翻译】 代码'],
    ['policy.owedMax', '欠费上限'],
    ['notices.lowBalance', '余额提醒（积分）'],
  ])('is for %s what the form shows', (field, name) => {
    expect(fieldName(field, businesses, zh)).toBe(name);
  });

  it.each(['version', 'policy.ownMax', 'notices.sms', 'constructor'])(
    'is %s where the form does not have it',
    (field) => {
      expect(fieldName(field, businesses, zh)).toBe(field.replace(/^\w+\./, ''));
    },
  );
});
