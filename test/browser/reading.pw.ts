import { expect, test, type Page } from '@playwright/test';
import { consume, newUser, recharge, send } from './ledger-client.js';
import { axeViolations, open, rows, horizontalOverflow } from './usage-page.js';

const TABS_MAX = 30;
const AXE_MS_MAX = 90_000;
/** The compressed size of the page with everything that it loads. */
const PAGE_BYTES_MAX = 130_000;
/** The minimum contrast of graphics against their background (WCAG 1.4.11). */
const CONTRAST_MIN = 3;

async function newAccountWithRows(): Promise<string> {
  const user = newUser();
  await recharge(user, 100, new Date(Date.now() + 3 * 86_400_000).toISOString());
  await recharge(user, 500);
  await consume(user, 25, { source_type: 'tts', duration: 12.5, source_id: 'task-1' });
  await consume(user, 60, { source_type: 'video', settle_within: 600, consumption_id: 'job' });
  await send({ type: 'RefundPoints', data: { user_id: user, consumption_id: 'job' } });
  return user;
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 768, 390]) {
    test.describe(`in ${colorScheme}, ${width} px wide`, () => {
      test.use({ colorScheme, viewport: { width, height: 844 } });

      test('has no accessibility violations and no horizontal overflow', async ({ page }) => {
        // axe checks every element of six pages.
        test.setTimeout(AXE_MS_MAX);
        const user = await newAccountWithRows();
        await open(page, user, { role: 'auditor' });
        await expect(rows(page)).toHaveCount(5);
        expect(await axeViolations(page)).toEqual([]);
        await page.getByLabel('类型', { exact: true }).selectOption('expire');
        await expect(page.locator('[data-state="no-match"]')).toBeVisible();
        expect(await axeViolations(page)).toEqual([]);
        await page.getByRole('button', { name: '清除筛选' }).first().click();
        await rows(page).first().click();
        await expect(page.getByTestId('why')).toBeVisible();
        expect(await axeViolations(page)).toEqual([]);
        await page.keyboard.press('Escape');
        expect(await horizontalOverflow(page)).toBe(0);
        await page.getByRole('link', { name: '事件审计' }).click();
        await page.getByRole('button', { name: '查看此刻的状态' }).first().click();
        await expect(page.getByTestId('state-balance')).toBeVisible();
        expect(await axeViolations(page)).toEqual([]);
        expect(await horizontalOverflow(page)).toBe(0);
        await page.getByRole('button', { name: '退出' }).click();
        await expect(page.getByLabel('访问令牌')).toBeVisible();
        expect(await axeViolations(page)).toEqual([]);
      });
    });
  }
}

test.describe('the page', () => {
  test('is in Chinese by default and in English by a setting that is kept', async ({ page }) => {
    const user = await newAccountWithRows();
    await open(page, user);
    await expect(page.locator('.rows').getByRole('columnheader')).toHaveText([
      '时间',
      '类型',
      '积分',
      '余额',
      '时长',
      '说明',
    ]);
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
    await page.getByRole('button', { name: 'English' }).click();
    await expect(page.locator('.rows').getByRole('columnheader')).toHaveText([
      'Time',
      'Kind',
      'Points',
      'Balance',
      'Duration',
      'Description',
    ]);
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    await expect(rows(page).nth(2).locator('.cell-kind')).toHaveText('Consume');
    await expect(rows(page).nth(2).locator('.cell-description')).toHaveText('【配音合成】');
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Statement' })).toBeVisible();
    expect(await axeViolations(page)).toEqual([]);
  });

  test('is light or dark as chosen', async ({ page }) => {
    await open(page, await newAccountWithRows());
    const backgroundColour = (): Promise<string> =>
      page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await backgroundColour();
    await page.getByRole('button', { name: '外观：跟随系统' }).click();
    expect(await backgroundColour()).toBe(light);
    await page.getByRole('button', { name: '外观：浅色' }).click();
    expect(await backgroundColour()).not.toBe(light);
    await page.reload();
    await expect(page.getByRole('button', { name: '外观：深色' })).toBeVisible();
  });

  test('can be used by keyboard alone', async ({ page }) => {
    await open(page, await newAccountWithRows());
    await expect(rows(page)).toHaveCount(5);
    await page.getByRole('button', { name: '导出 CSV' }).focus();
    const first = rows(page).first().getByRole('button');
    // Tabs across the filters, whose dates take several presses each.
    for (let press = 0; press < TABS_MAX; press += 1) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate('document.activeElement.className')) === 'row-open') break;
    }
    await expect(first).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toBeVisible();
    await expect(page.getByRole('button', { name: '关闭' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(first).toBeFocused();
  });

  test('has a chart that is read by keyboard, day by day', async ({ page }) => {
    await open(page, await newAccountWithRows());
    const chart = page.getByRole('slider');
    await expect(chart).toHaveAttribute(
      'aria-valuetext',
      /: 消费 85 \(配音合成 25, 视频生成 60\), 其中返还 60$/,
    );
    await chart.focus();
    await expect(page.getByRole('button', { name: /^配音合成/ })).toContainText('12.5s');
    await page.keyboard.press('ArrowLeft');
    await expect(chart).toHaveAttribute('aria-valuetext', /: 消费 0$/);
    await expect(page.getByRole('button', { name: /^配音合成/ })).toContainText('0 次');
    await page.keyboard.press('Enter');
    await expect(page.locator('[data-state="no-match"]')).toBeVisible();
  });

  test('has a chart with a column for each day and distinguishable colours for each business', async ({
    page,
  }) => {
    const user = await newAccountWithRows();
    await consume(user, 75, { source_type: 'script' });
    await open(page, user);
    const parts = page.locator('.column').last().locator('.column-part');
    await expect(parts).toHaveCount(3);
    const drawn = await lastColumnParts(page);
    expect(drawn.map(({ business }) => business)).toEqual(['script', 'tts', 'video']);
    const perPoint = (drawn[0]?.height ?? 0) / 75;
    expect(perPoint).toBeGreaterThan(0);
    expect(drawn.map(({ height }) => Math.round(height / perPoint))).toEqual([75, 25, 60]);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const colours = await swatches(page);
      expect(new Set(colours.map(({ colour }) => colour)).size).toBe(5);
      for (const { contrast } of colours) expect(contrast).toBeGreaterThanOrEqual(CONTRAST_MIN);
    }
    const table = page.getByRole('table', { name: /每日各业务消费/ });
    await expect(table.locator('tbody td')).toHaveText(
      ['160', '75', '25', '60', '60', '3', '12.5s'],
      { useInnerText: false },
    );
    await page.getByRole('button', { name: /^配音合成/ }).click();
    await expect(parts).toHaveCount(1);
    await expect(page.locator('.total-consumed')).toContainText('25');
    await expect(page.getByRole('button', { name: /^视频生成/ })).toContainText('60');
  });

  test('fits long words and large numbers on a narrow screen', async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    const user = newUser();
    await recharge(user, 1_000_000_000);
    await recharge(user, 1_000_000_000);
    const word = 'x'.repeat(64);
    const options = { source_type: 'video', duration: 9_999_999.123 } as const;
    await consume(user, 999_999_999, { ...options, source_id: word, consumption_id: word });
    await open(page, user, { role: 'auditor' });
    await expect(page.getByTestId('balance')).toHaveText('1,000,000,001');
    expect(await horizontalOverflow(page)).toBe(0);
    await rows(page).first().click();
    await expect(page.getByRole('dialog')).toContainText(word);
    expect(
      await page.evaluate(
        'document.querySelector("dialog").scrollWidth - document.querySelector("dialog").clientWidth',
      ),
    ).toBe(0);
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: '事件审计' }).click();
    await expect(page.locator('[data-revision]')).toHaveCount(3);
    expect(await horizontalOverflow(page)).toBe(0);
    await expect(page).toHaveTitle('事件审计 · 积分账本');
  });

  test('aligns numbers to the right, in tabular figures', async ({ page }) => {
    await open(page, await newAccountWithRows());
    for (const column of ['points', 'balance', 'duration']) {
      const cell = rows(page).first().locator(`.cell-${column}`);
      await expect(cell).toHaveCSS('text-align', 'right');
      await expect(cell).toHaveCSS('font-variant-numeric', 'tabular-nums');
    }
  });

  test('loads everything within its size limit', async ({ page }) => {
    const sizes: Promise<number>[] = [];
    page.on('requestfinished', (request) => {
      if (request.url().includes('/v1/')) return;
      sizes.push(request.sizes().then((of) => of.responseBodySize + of.responseHeadersSize));
    });
    await open(page, await newAccountWithRows());
    await expect(rows(page)).toHaveCount(5);
    const all = await Promise.all(sizes);
    expect(all.length).toBeGreaterThanOrEqual(3);
    expect(all.reduce((sum, size) => sum + size, 0)).toBeLessThan(PAGE_BYTES_MAX);
  });

  test('keeps to a strict content security policy and contacts no other origin', async ({
    page,
  }) => {
    const origins: string[] = [];
    const consoleErrors: string[] = [];
    page.on('request', (request) => origins.push(new URL(request.url()).origin));
    page.on('console', (message) => {
      if (message.type() === 'error') consoleErrors.push(message.text());
    });
    const answering = page.waitForResponse((response) => response.url().endsWith('/'));
    await open(page, await newAccountWithRows());
    const policy = (await (await answering).allHeaders())['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    await rows(page).first().click();
    await expect(page.getByTestId('why')).toBeVisible();
    expect(new Set(origins).size).toBe(1);
    expect(consoleErrors).toEqual([]);
  });
});

interface Part {
  readonly business: string;
  readonly height: number;
}

/** The segments of the last column, from the bottom up. */
const lastColumnParts = (page: Page): Promise<readonly Part[]> =>
  page.evaluate(`[...document.querySelectorAll('.column:last-child .column-part')].map((part) => ({
    business: part.dataset.business,
    height: Number(part.getAttribute('height')),
  }))`);

interface Swatch {
  readonly colour: string;
  readonly contrast: number;
}

/** The colour of each business, and its contrast against the card behind it. */
const swatches = (page: Page): Promise<readonly Swatch[]> =>
  page.evaluate(`(() => {
    const channels = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
    const linear = (part) => {
      const of = part / 255;
      return of <= 0.04045 ? of / 12.92 : ((of + 0.055) / 1.055) ** 2.4;
    };
    const light = (colour) => {
      const [red, green, blue] = channels(colour).map(linear);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const card = light(getComputedStyle(document.querySelector('.chart-card')).backgroundColor);
    return [...document.querySelectorAll('.business-name')].map((name) => {
      const colour = getComputedStyle(name, '::before').backgroundColor;
      const [high, low] = [card, light(colour)].sort((a, b) => b - a);
      return { colour, contrast: (high + 0.05) / (low + 0.05) };
    });
  })()`);
