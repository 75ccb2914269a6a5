import { expect, test, type Page } from '@playwright/test';
import { consume, newUser, recharge } from './ledger-client.js';
import { horizontalOverflow, open, rows } from './usage-page.js';

const DAY_MS = 86_400_000;
const BATCHES = 5;
const CONSUMPTIONS = 15;
const VISIBLE_ROWS_MIN = 8;
/** On both sides of each width at which the layout changes. */
const WIDTHS = [1920, 1200, 1199, 900, 899, 720, 719, 560, 559, 320] as const;
/** The minimum size of what a finger presses (WCAG 2.5.5), in CSS pixels. */
const TOUCH_PX_MIN = 44;

const TASKS = [
  { source_type: 'script' },
  { source_type: 'polish' },
  { source_type: 'voice_clone' },
  { source_type: 'tts', duration: 12.5 },
  { source_type: 'video', duration: 30.25 },
] as const;

/** An account whose every part is filled: more batches than are listed at first, and all businesses. */
async function newBusyAccount(): Promise<string> {
  const user = newUser();
  for (let batch = 1; batch <= BATCHES; batch += 1) {
    await recharge(user, 1_000 * batch, new Date(Date.now() + batch * 5 * DAY_MS).toISOString());
  }
  for (let nth = 0; nth < CONSUMPTIONS; nth += 1) {
    await consume(user, 20 + nth, TASKS[nth % TASKS.length]);
  }
  return user;
}

async function openBusyAccount(page: Page, language: Language): Promise<void> {
  await open(page, await newBusyAccount());
  if (language === 'en') await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByText(LIVE[language], { exact: true })).toBeVisible();
  await expect(rows(page)).toHaveCount(BATCHES + CONSUMPTIONS);
  await expect(page.locator('.batch')).toHaveCount(4);
  await expect(page.locator('.business')).toHaveCount(5);
}

type Language = 'zh' | 'en';
const LIVE: Record<Language, string> = { zh: '实时更新中', en: 'Live' };

for (const colorScheme of ['light', 'dark'] as const) {
  for (const language of ['zh', 'en'] as const) {
    test.describe(`in ${colorScheme}, in ${language}, the layout`, () => {
      test.use({ colorScheme });

      test('shows the statement without scrolling on a screen of 1440 × 900', async ({ page }) => {
        await openBusyAccount(page, language);
        expect(await fullyVisible(page, 'tr[data-row]')).toBeGreaterThanOrEqual(VISIBLE_ROWS_MIN);
        for (const part of ['[data-testid="balance"]', '.batches', '.totals', '.chart-plot']) {
          expect(await fullyVisible(page, part), part).toBe(1);
        }
        expect(await overlapping(page)).toEqual([]);
        expect(await lines(page, '.filters > *')).toBe(1);
        expect(await horizontalOverflow(page)).toBe(0);
        await rows(page).last().scrollIntoViewIfNeeded();
        await expect(page.locator('.rows').getByRole('columnheader').first()).toBeInViewport();
      });

      test('fits a phone and its reader’s fingers', async ({ page }) => {
        await page.setViewportSize({ width: 390, height: 844 });
        await openBusyAccount(page, language);
        expect(await overlapping(page)).toEqual([]);
        expect(await horizontalOverflow(page)).toBe(0);
        expect(await smallTargets(page)).toEqual([]);
      });
    });
  }
}

test.describe('the layout', () => {
  test('keeps the filters in one line when one of them is set', async ({ page }) => {
    await openBusyAccount(page, 'en');
    await page.getByLabel('Kind', { exact: true }).selectOption('consume');
    await expect(page.getByRole('button', { name: 'Clear filters' })).toBeVisible();
    await expect(rows(page)).toHaveCount(CONSUMPTIONS);
    expect(await lines(page, '.filters > *')).toBe(1);
  });

  test('has neither overlaps nor horizontal overflow at any width', async ({ page }) => {
    await openBusyAccount(page, 'en');
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      expect(await overlapping(page), `${width} px`).toEqual([]);
      expect(await horizontalOverflow(page), `${width} px`).toBe(0);
    }
  });
});

/** The number of elements that are completely inside of the window. */
const fullyVisible = (page: Page, selector: string): Promise<number> =>
  page.evaluate(`[...document.querySelectorAll(${JSON.stringify(selector)})].filter((element) => {
    const { top, bottom, left, right } = element.getBoundingClientRect();
    return top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
  }).length`);

/** The number of lines in which the elements stand. */
const lines = (page: Page, selector: string): Promise<number> =>
  page.evaluate(`[...document.querySelectorAll(${JSON.stringify(selector)})]
    .map((element) => element.getBoundingClientRect())
    .sort((a, b) => a.top - b.top)
    .filter(({ top }, nth, all) => all.slice(0, nth).every(({ bottom }) => bottom <= top)).length`);

/** Pairs of cards, and of texts and controls in a card, that cover each other. */
const overlapping = (page: Page): Promise<readonly string[]> =>
  page.evaluate(`(() => {
    const parts = [
      '.card',
      '.card-title, .totals, .chart-plot, .chart-days > *, .batch-left, .batch-expiry',
      '.business-name, .business-points, .business-bar, .business-more',
      '.statement-head > *, .filters > *, .filter-days > input, .span, th, td',
    ];
    const isHidden = (element) =>
      element.closest('.visually-hidden') !== null ||
      getComputedStyle(element.closest('thead') ?? element).clipPath !== 'none';
    const found = [];
    for (const part of parts) {
      const elements = [...document.querySelectorAll(part)].filter((element) => !isHidden(element));
      for (const [nth, a] of elements.entries()) {
        for (const b of elements.slice(nth + 1)) {
          if (a.contains(b)) continue;
          const [one, other] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
          const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
          const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
          if (across > 1 && down > 1) found.push(a.className + ' and ' + b.className);
        }
      }
    }
    return found;
  })()`);

/** Controls that are too small to press. A row is pressed anywhere, so that its button may be small. */
const smallTargets = (page: Page): Promise<readonly string[]> =>
  page.evaluate(`[...document.querySelectorAll('main button, main select, main input, header button')]
    .map((control) => control.closest('tr') ?? control)
    .filter((control) => control.getBoundingClientRect().height < ${TOUCH_PX_MIN})
    .map((control) => control.className + ' ' + control.textContent)`);
