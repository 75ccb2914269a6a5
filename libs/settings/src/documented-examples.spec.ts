import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { priceOf, settingsFaults, type Price, type PublishedSettings } from '#ledger';
import { draftOf, settingsOf } from './testing/index.js';

const page = readFileSync(join(import.meta.dirname, '../../../docs/settings.md'), 'utf8');
const inOneLine = page.replaceAll(/\s+/g, ' ');

/** Three faults of a kind that editing a file by hand produces. */
function faultyDraft() {
  const draft = draftOf('2030-06-01T00:05:00.000Z');
  const price = { points: '3', per: '1000', step: '0', minimum: 1, rounding: 'up' };
  const translate = { code: 'translate', label: '翻译', unit: 'character', price, retired: false };
  return {
    ...draft,
    policy: { ...draft.policy, owedMax: 3_000_000_000 },
    businesses: [...draft.businesses, translate],
  };
}

describe('docs/settings.md', () => {
  it('shows a price with what it comes to', () => {
    const [, json = ''] = /`(\{"points".*?\})`/.exec(inOneLine) ?? [];
    const [, quantity = '', points = ''] =
      /: ([\d,]+) characters cost (\d+)\./.exec(inOneLine) ?? [];
    const price = JSON.parse(json) as Price;
    expect(priceOf(Number(quantity.replace(',', '')), price)).toBe(Number(points));
  });

  it('shows the faults of a file as a publisher reads them', () => {
    const before: PublishedSettings = settingsOf({ rules: 2 });
    const faults = settingsFaults(faultyDraft(), { before, at: '2030-06-01T00:00:00.000Z' });
    const lines = faults.map(({ field, reason }) => `  ${field} ${reason}`).join('\n');
    expect(faults).toHaveLength(3);
    expect(page).toContain(`Invalid request:\n${lines}\n`);
  });
});
