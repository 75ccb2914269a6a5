import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { consume, newUser, recharge, send } from './ledger.js';
import { open, rows } from './page.js';

const TABS_MAX = 30;

async function anAccount(): Promise<string> {
  const user = newUser();
  await recharge(user, 100, new Date(Date.now() + 3 * 86_400_000).toISOString());
  await recharge(user, 500);
  await consume(user, 25, { source_type: 'tts', duration: 12.5, source_id: 'task-1' });
  await consume(user, 60, { source_type: 'video', settle_within: 600, consumption_id: 'job' });
  await send({ type: 'RefundPoints', data: { user_id: user, consumption_id: 'job' } });
  return user;
}

/** Colours are judged once nothing moves any more. */
async function findings(page: Page): Promise<readonly string[]> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 768, 390]) {
    test.describe(`in ${colorScheme}, ${width} px wide`, () => {
      test.use({ colorScheme, viewport: { width, height: 844 } });

      test('axe finds nothing, and nothing stands out to the side', async ({ page }) => {
        const user = await anAccount();
        await open(page, user, { role: 'auditor' });
        await expect(rows(page)).toHaveCount(5);
        expect(await findings(page)).toEqual([]);
        await page.getByLabel('类型', { exact: true }).selectOption('expire');
        await expect(page.locator('[data-state="no-match"]')).toBeVisible();
        expect(await findings(page)).toEqual([]);
        await page.getByRole('button', { name: '清除筛选' }).first().click();
        await rows(page).first().click();
        await expect(page.getByTestId('why')).toBeVisible();
        expect(await findings(page)).toEqual([]);
        await page.keyboard.press('Escape');
        expect(await sideways(page)).toBe(0);
        await page.getByRole('link', { name: '事件审计' }).click();
        await page.getByRole('button', { name: '查看此刻的状态' }).first().click();
        await expect(page.getByTestId('state-balance')).toBeVisible();
        expect(await findings(page)).toEqual([]);
        expect(await sideways(page)).toBe(0);
        await page.getByRole('button', { name: '退出' }).click();
        await expect(page.getByLabel('访问令牌')).toBeVisible();
        expect(await findings(page)).toEqual([]);
      });
    });
  }
}

const sideways = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

test.describe('the page', () => {
  test('speaks Chinese first, and English by a switch that is kept', async ({ page }) => {
    const user = await anAccount();
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
    expect(await findings(page)).toEqual([]);
  });

  test('is light or dark as the reader says', async ({ page }) => {
    await open(page, await anAccount());
    const ground = (): Promise<string> =>
      page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.getByRole('button', { name: '外观：跟随系统' }).click();
    expect(await ground()).toBe(light);
    await page.getByRole('button', { name: '外观：浅色' }).click();
    expect(await ground()).not.toBe(light);
    await page.reload();
    await expect(page.getByRole('button', { name: '外观：深色' })).toBeVisible();
  });

  test('is used by keyboard alone', async ({ page }) => {
    await open(page, await anAccount());
    await expect(rows(page)).toHaveCount(5);
    await page.getByRole('button', { name: '导出 CSV' }).focus();
    const first = rows(page).first().getByRole('button');
    // Over the filters, whose dates take several presses each.
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
    await open(page, await anAccount());
    const chart = page.getByRole('slider');
    await expect(chart).toHaveAttribute('aria-valuetext', /: 消费 85, 其中返还 60$/);
    await chart.focus();
    await expect(page.getByRole('button', { name: /^配音合成/ })).toContainText('12.5s');
    await page.keyboard.press('ArrowLeft');
    await expect(chart).toHaveAttribute('aria-valuetext', /: 消费 0$/);
    await expect(page.getByRole('button', { name: /^配音合成/ })).toContainText('0 次');
    await page.keyboard.press('Enter');
    await expect(page.locator('[data-state="no-match"]')).toBeVisible();
  });

  test('has numbers in columns: to the right, in figures of one width', async ({ page }) => {
    await open(page, await anAccount());
    for (const column of ['points', 'balance', 'duration']) {
      const cell = rows(page).first().locator(`.cell-${column}`);
      await expect(cell).toHaveCSS('text-align', 'right');
      await expect(cell).toHaveCSS('font-variant-numeric', 'tabular-nums');
    }
  });

  test('keeps to a strict content security policy, and asks nobody else', async ({ page }) => {
    const asked: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).origin));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    const answering = page.waitForResponse((response) => response.url().endsWith('/'));
    await open(page, await anAccount());
    const policy = (await (await answering).allHeaders())['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    await rows(page).first().click();
    await expect(page.getByTestId('why')).toBeVisible();
    expect(new Set(asked).size).toBe(1);
    expect(complaints).toEqual([]);
  });
});
