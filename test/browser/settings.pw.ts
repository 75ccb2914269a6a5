import { expect, test, type Page } from '@playwright/test';
import { consume, newUser, recharge } from './ledger-client.js';
import { axeViolations, horizontalOverflow, open } from './usage-page.js';

const openSettings = (page: Page, role: 'admin' | 'auditor' = 'admin'): Promise<void> =>
  open(page, newUser(), { role, path: '/settings' });

const versionRow = (page: Page, version: number) => page.locator(`[data-version="${version}"]`);
const editor = (page: Page) => page.locator('.book-editor');

async function beginDraft(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^编写第 \d+ 版$/ }).click();
  await expect(editor(page)).toBeVisible();
}

test.describe('the settings', () => {
  test('show the version in force, with its businesses, prices and limits', async ({ page }) => {
    await openSettings(page);
    await expect(versionRow(page, 1)).toContainText('生效中');
    await expect(versionRow(page, 1)).toContainText('points-ledger');
    const shown = page.getByTestId('version');
    await expect(shown.locator('[data-code="video"]')).toContainText('【视频生成】');
    await expect(shown.locator('[data-code="video"]')).toContainText('无单价');
    await expect(shown.locator('.limits')).toContainText('1,000,000');
    expect(await axeViolations(page)).toEqual([]);
  });

  test('name every fault of a draft, and publish nothing of it', async ({ page }) => {
    await openSettings(page);
    await beginDraft(page);
    await page.getByLabel('video 名称').fill('');
    await page.getByLabel('tts 有单价').check();
    await page.getByLabel('tts 积分').fill('0.0000001');
    await page.getByText('限额与提醒').last().click();
    await page.getByLabel('欠费上限').fill('-1');
    await page.getByRole('button', { name: '预览影响' }).click();
    const faults = page.locator('[data-state="invalid"]');
    await expect(faults).toContainText('有 3 处需要更正');
    for (const [field, text] of [
      ['businesses[4].label', 'video 名称 应为 1 至 64 个字符'],
      ['businesses[3].price.points', 'tts 积分 应为大于 0 的数'],
      ['policy.owedMax', '欠费上限 应为 0 至 2,000,000,000 的整数'],
    ] as const) {
      await expect(faults.locator(`[data-field="${field}"]`)).toContainText(text);
    }
    await expect(page.getByLabel('video 名称')).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByRole('button', { name: /^发布第/ })).toHaveCount(0);
    expect(await axeViolations(page)).toEqual([]);
  });

  test('preview who would pay what, and publish what was previewed', async ({ page }) => {
    const user = newUser();
    await recharge(user, 1_000);
    await consume(user, 25, { source_type: 'tts', duration: 12.5 });
    await openSettings(page);
    await beginDraft(page);
    const inADay = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
    await page.getByLabel('生效时间').fill(inADay);
    await page.getByLabel('备注').fill('配音按秒计价');
    await page.getByLabel('tts 有单价').check();
    await page.getByLabel('tts 积分').fill('3');
    await page.getByRole('button', { name: '新增业务' }).click();
    const added = editor(page).locator('tbody tr').last();
    await added.getByLabel('代码').fill('translate');
    await added.getByLabel('名称').fill('【文档翻译】');
    await added.getByLabel('计量单位').fill('character');
    await page.getByRole('button', { name: '预览影响' }).click();
    const preview = page.getByTestId('preview');
    await expect(preview.locator(`[data-key="${user}"]`)).toContainText('38');
    await expect(preview.locator(`[data-key="${user}"]`)).toContainText('+13');
    await page.getByLabel('备注').fill('配音按秒计价，新增文档翻译');
    await expect(preview).toHaveCount(0);
    await page.getByRole('button', { name: '预览影响' }).click();
    await page.getByRole('button', { name: /^发布第 \d+ 版$/ }).click();
    const published = page.locator('[data-version-state="coming"]').first();
    await expect(published).toContainText('配音按秒计价，新增文档翻译');
    await expect(published).toContainText('the-admin');
    const changes = page.getByTestId('changes');
    await expect(changes).toContainText('tts · 单价');
    await expect(changes).toContainText('每秒 3 积分，向上取整');
    await expect(changes).toContainText('新增业务 translate');
    expect(await axeViolations(page)).toEqual([]);
  });

  test('can be read by an auditor, and published by an admin only', async ({ page }) => {
    await openSettings(page, 'auditor');
    await expect(versionRow(page, 1)).toBeVisible();
    await expect(page.getByRole('button', { name: /^编写第/ })).toHaveCount(0);
    const user = newUser();
    await open(page, user);
    await expect(page.getByRole('link', { name: '设置' })).toHaveCount(0);
    await open(page, user, { path: '/settings' });
    await expect(page.locator('[data-state="forbidden"]')).toBeVisible();
  });

  test('say that the service is away, and come back by themselves', async ({ page }) => {
    let isAway = true;
    await page.route(/\/v1\/settings(\?|$)/, (route) =>
      isAway ? route.fulfill({ status: 503 }) : route.continue(),
    );
    await openSettings(page);
    await expect(page.locator('[data-state="away"]')).toBeVisible();
    isAway = false;
    await expect(versionRow(page, 1)).toBeVisible();
  });

  test('tell a page that stays open of other labels', async ({ page }) => {
    let label = '【视频生成】';
    await page.clock.install();
    await page.route('**/v1/businesses', async (route) => {
      const response = await route.fetch();
      const body = (await response.json()) as { items: { code: string }[] };
      const items = body.items.map((one) => (one.code === 'video' ? { ...one, label } : one));
      await route.fulfill({ response, json: { ...body, items } });
    });
    await open(page, newUser());
    const video = page.getByLabel('业务', { exact: true }).locator('option[value="video"]');
    await expect(video).toHaveText('视频生成');
    label = '【影片生成】';
    await page.clock.fastForward('05:00');
    await expect(video).toHaveText('影片生成');
  });

  test('fit a phone', async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await openSettings(page);
    await beginDraft(page);
    expect(await horizontalOverflow(page)).toBe(0);
  });
});
