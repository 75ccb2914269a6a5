import { expect, test, type Page } from '@playwright/test';
import { consume, consumeMany, newUser, recharge, send } from './ledger-client.js';
import { amounts, open, rowTexts, rows } from './usage-page.js';

const ROWS = 120;
/** Hides scroll anchoring from the page and switches Chromium's own off. */
const WITHOUT_SCROLL_ANCHORING = `
  CSS.supports = () => false;
  document.addEventListener('DOMContentLoaded', () => {
    document.documentElement.style.overflowAnchor = 'none';
  });
`;

const liveIndicator = (page: Page) => page.locator('.live');

const descending = (from: number, to: number): readonly number[] =>
  Array.from({ length: from - to + 1 }, (_, i) => from - i);

test.describe('live updates', () => {
  test('show a new row within a second of its event', async ({ page }) => {
    const user = newUser();
    await recharge(user, 100);
    await open(page, user);
    await expect(liveIndicator(page)).toHaveAttribute('data-live', 'live');
    await consume(user, 7, { source_type: 'tts', duration: 12.5 });
    await expect(rows(page)).toHaveCount(2, { timeout: 1_000 });
    expect((await rowTexts(page))[0]).toEqual(['消费', '−7', '93', '12.5s', '【配音合成】']);
    await expect(page.getByTestId('balance')).toHaveText('93');
  });

  test('do not make pages skip or repeat rows', async ({ page }) => {
    const user = newUser();
    await consumeMany(user, ROWS);
    await open(page, user);
    await expect(rows(page)).toHaveCount(50);
    let arrived = 0;
    for (const loaded of [100, ROWS + 1]) {
      for (let i = 0; i < 3; i += 1) await consume(user, ROWS + (arrived += 1));
      await rows(page).last().scrollIntoViewIfNeeded();
      await expect(async () => {
        expect(await rows(page).count()).toBeGreaterThanOrEqual(loaded + arrived);
      }).toPass();
    }
    await expect(page.getByText('已经到底了')).toBeVisible();
    await expect(rows(page)).toHaveCount(ROWS + 1 + arrived);
    expect(await amounts(page)).toEqual([...descending(ROWS + arrived, 1), 1_000_000]);
  });

  for (const hasAnchoring of [true, false]) {
    test(`keep the scroll position, in a browser ${hasAnchoring ? 'with' : 'without'} scroll anchoring`, async ({
      page,
    }) => {
      if (!hasAnchoring) await page.addInitScript(WITHOUT_SCROLL_ANCHORING);
      const user = newUser();
      await consumeMany(user, 60);
      await open(page, user);
      await expect(liveIndicator(page)).toHaveAttribute('data-live', 'live');
      // The overview is still beside this row.
      const row = rows(page).filter({ hasText: '−45' }).first();
      await row.scrollIntoViewIfNeeded();
      await page.mouse.wheel(0, 40);
      await expect(page.locator('.overview')).toBeInViewport();
      const before = await settledTop(page, () => row.boundingBox());
      for (let i = 1; i <= 3; i += 1) await consume(user, 60 + i);
      await expect(page.getByRole('button', { name: '3 条新明细，回到顶部' })).toBeVisible();
      const after = await settledTop(page, () => row.boundingBox());
      expect(Math.abs(after - before)).toBeLessThanOrEqual(1);
      expect((await amounts(page)).slice(0, 4)).toEqual([63, 62, 61, 60]);
      await page.getByRole('button', { name: '3 条新明细，回到顶部' }).click();
      await expect(rows(page).first()).toBeInViewport();
      await expect(page.getByRole('button', { name: /回到顶部/ })).toHaveCount(0);
    });
  }

  test('show rows that arrived during a lost connection once after it', async ({
    page,
    context,
  }) => {
    const user = newUser();
    await recharge(user, 100);
    await open(page, user);
    await expect(liveIndicator(page)).toHaveAttribute('data-live', 'live');
    await context.setOffline(true);
    await page.route('**/transactions/stream', (route) => route.abort());
    await consume(user, 1);
    await context.setOffline(false);
    await expect(liveIndicator(page)).toHaveAttribute('data-live', /waiting|connecting/);
    await consume(user, 2);
    await page.unroute('**/transactions/stream');
    await expect(rows(page)).toHaveCount(3, { timeout: 15_000 });
    await expect(liveIndicator(page)).toHaveAttribute('data-live', 'live');
    await consume(user, 3);
    await expect(rows(page)).toHaveCount(4);
    expect(await amounts(page)).toEqual([3, 2, 1, 100]);
  });

  test('close the connection of a hidden tab and catch up when it is visible again', async ({
    page,
  }) => {
    const user = newUser();
    await recharge(user, 100);
    await open(page, user);
    await expect(liveIndicator(page)).toHaveAttribute('data-live', 'live');
    const closed = page.waitForEvent('requestfailed', (request) =>
      request.url().endsWith('/stream'),
    );
    await setPageVisible(page, false);
    await closed;
    await consume(user, 1);
    await consume(user, 2);
    await expect(rows(page)).toHaveCount(1);
    await setPageVisible(page, true);
    await expect(rows(page)).toHaveCount(3);
    expect(await amounts(page)).toEqual([2, 1, 100]);
  });

  test('include changes without a row, also in open details', async ({ page }) => {
    const user = newUser();
    await recharge(user, 100);
    const video = { source_type: 'video', settle_within: 600, consumption_id: 'job' } as const;
    await consume(user, 40, video);
    await open(page, user);
    await expect(liveIndicator(page)).toHaveAttribute('data-live', 'live');
    await expect(page.getByTestId('held')).toHaveText('40');
    await rows(page).first().click();
    await expect(page.getByTestId('actual')).toHaveText('待结算');
    const data = { user_id: user, consumption_id: 'job', points: 40, duration: 8.5 };
    await send({ type: 'SettleConsumption', data });
    await expect(page.getByTestId('held')).toHaveText('0');
    await expect(page.getByTestId('why')).toContainText('实际费用与预扣相同');
    await expect(rows(page)).toHaveCount(2);
    await expect(rows(page).first().locator('.cell-duration')).toHaveText('8.5s');
  });

  test('add a refusal, which has no row, to the auditor’s timeline', async ({ page }) => {
    const user = newUser();
    await recharge(user, 10);
    await open(page, user, { role: 'auditor', path: '/audit' });
    await expect(liveIndicator(page)).toHaveAttribute('data-live', 'live');
    await expect(page.locator('[data-revision]')).toHaveCount(1);
    await sendRefused(user);
    const refusal = page.locator('[data-revision="1"]');
    await expect(refusal).toContainText('InsufficientPoints');
    await expect(refusal).toContainText('不产生明细');
  });

  test('add only rows that match the filter', async ({ page }) => {
    const user = newUser();
    await recharge(user, 100);
    await open(page, user, { path: '/?type=consume&business=tts' });
    await expect(liveIndicator(page)).toHaveAttribute('data-live', 'live');
    await consume(user, 1);
    await consume(user, 2, { source_type: 'tts' });
    await expect(rows(page)).toHaveCount(1);
    await expect(page.getByTestId('balance')).toHaveText('97');
    expect(await amounts(page)).toEqual([2]);
  });
});

/** Its position once scrolling has ended. */
async function settledTop(page: Page, box: () => Promise<{ y: number } | null>): Promise<number> {
  let last = NaN;
  await expect(async () => {
    const y = (await box())?.y ?? NaN;
    const isStill = y === last;
    last = y;
    await page.evaluate('new Promise((next) => requestAnimationFrame(next))');
    expect(isStill).toBe(true);
  }).toPass();
  return last;
}

/** Simulates a tab that is hidden or shown. */
async function setPageVisible(page: Page, isVisible: boolean): Promise<void> {
  await page.evaluate(`
    Object.defineProperty(document, 'hidden', { configurable: true, value: ${!isVisible} });
    document.dispatchEvent(new Event('visibilitychange'));
  `);
}

/** Consumes more than the balance. */
const sendRefused = (user_id: string): Promise<void> =>
  expect(
    send({ type: 'ConsumePoints', data: { user_id, points: 11, source_type: 'script' } }),
  ).rejects.toThrow('InsufficientPoints');
