import { businessOf, versionOf } from '../testing/settings-builders.js';
import { NEW_BUSINESS, draftAfter, toBody, withRules } from './draft.js';

const NOW_MS = new Date(2030, 0, 31, 9, 30, 20).getTime();

describe('the draft of the next version', () => {
  const price = { points: '2.50', per: '1000', step: '500', minimum: 2, rounding: 'up' as const };
  const newest = versionOf({
    version: 7,
    businesses: [businessOf('script'), businessOf('translate', { unit: 'character', price })],
    notices: { lowBalance: [1_000, 100], expiringSoonDays: [7, 1] },
  });

  it('begins as the newest version, under the next number', () => {
    const { rules, policy, businesses, notices } = newest;
    expect(toBody(draftAfter(newest, NOW_MS))).toEqual({
      ...{ rules, policy, businesses, notices },
      version: 8,
      note: null,
      from: new Date(2030, 0, 31, 9, 46).toISOString(),
    });
  });

  it('begins after a version that is not in force yet', () => {
    const from = new Date(2030, 1, 1).toISOString();
    const draft = draftAfter({ ...newest, from }, NOW_MS);
    expect(toBody(draft)['from']).toBe(new Date(2030, 1, 1, 0, 1).toISOString());
  });

  it('takes over the defaults of other rules, but no limit that was set', () => {
    const limitsOf = (policy: Record<string, number>): unknown => {
      const draft = draftAfter(versionOf({ rules: 1, policy }), NOW_MS);
      const { rules, policy: after } = toBody(withRules(draft, 2));
      expect(toBody(withRules(withRules(draft, 2), 1))).toEqual(toBody(draft));
      return { rules, ...(after as object) };
    };
    const debtsMax = 1_000;
    expect(limitsOf({ openDrawsMax: 1_000, debtsMax })).toEqual({
      ...{ rules: 2, openDrawsMax: 500, debtsMax },
    });
    expect(limitsOf({ openDrawsMax: 900 })).toEqual({ rules: 2, openDrawsMax: 900 });
  });

  it('keeps every digit of a price, and leaves an empty step out', () => {
    const draft = draftAfter(newest, NOW_MS);
    const businesses = draft.businesses.map((business) => ({
      ...business,
      price: business.price && { ...business.price, step: ' ' },
    }));
    expect(toBody({ ...draft, businesses })['businesses']).toMatchObject([
      { price: null },
      { price: { ...price, step: null } },
    ]);
  });

  it('sends what is no number as it is, so that the API can name the field', () => {
    const draft = draftAfter(newest, NOW_MS);
    const business = { ...NEW_BUSINESS, code: ' ocr ', label: '【识别】' };
    const body = toBody({
      ...draft,
      from: 'tomorrow',
      policy: { owedMax: '1.5', openMax: ' 20 ' },
      businesses: [{ ...business, price: { ...business.price!, minimum: '-1' } }],
      notices: { lowBalance: '1000，100 x', expiringSoonDays: '' },
    });
    expect(body).toMatchObject({
      from: 'tomorrow',
      policy: { owedMax: '1.5', openMax: 20 },
      businesses: [{ code: 'ocr', label: '【识别】', price: { minimum: '-1', step: null } }],
      notices: { lowBalance: [1_000, 100, 'x'], expiringSoonDays: [] },
    });
  });
});
