import { changesBetween } from './changes.js';
import { businessOf, versionOf } from '../testing/settings-builders.js';

describe('the changes between two versions', () => {
  it('are none between equal ones', () => {
    expect(changesBetween(versionOf(), versionOf({ version: 2, note: 'the same' }))).toEqual([]);
  });

  it('name added businesses, and what changed of the others', () => {
    const [script, tts] = [businessOf('script'), businessOf('tts', { unit: 'second' })];
    const price = { points: '2', per: '1', step: null, minimum: 1, rounding: 'up' as const };
    const after = [
      { ...script, label: '【文案】', retired: true },
      { ...tts, price },
      businessOf('ocr'),
    ];
    const changes = changesBetween(
      versionOf({ businesses: [script, tts] }),
      versionOf({ businesses: after }),
    );
    expect(changes).toEqual([
      { kind: 'business', code: 'script', field: 'label', before: script, after: after[0] },
      { kind: 'business', code: 'script', field: 'retired', before: script, after: after[0] },
      { kind: 'business', code: 'tts', field: 'price', before: tts, after: after[1] },
      { kind: 'added', business: after[2] },
    ]);
  });

  it('name the rules, the limits and the notices', () => {
    const before = versionOf({ rules: 1, policy: { owedMax: 5, overrun: 'owe', gone: 1 } });
    const after = versionOf({
      rules: 2,
      policy: { owedMax: 6, overrun: 'owe', openMax: 200 },
      notices: { lowBalance: [100], expiringSoonDays: [7, 1] },
    });
    expect(changesBetween(before, after)).toEqual([
      { kind: 'rules', before: 1, after: 2 },
      { kind: 'limit', name: 'owedMax', before: 5, after: 6 },
      { kind: 'limit', name: 'gone', before: 1, after: null },
      { kind: 'limit', name: 'openMax', before: null, after: 200 },
      { kind: 'notices', name: 'lowBalance', before: [], after: [100] },
    ]);
  });
});
