import { expect, test, type Page } from '@playwright/test';
import { consume, newUser, recharge, send } from './ledger-client.js';
import { open, rows } from './usage-page.js';

const event = (page: Page, revision: number) => page.locator(`[data-revision="${revision}"]`);

test.describe('the roles', () => {
  test('a user sees one account and no events', async ({ page }) => {
    const user = newUser();
    await recharge(user, 10);
    await open(page, user);
    await expect(rows(page)).toHaveCount(1);
    await expect(page.getByRole('link', { name: '事件审计' })).toHaveCount(0);
    await expect(page.getByRole('search')).toHaveCount(0);
    await open(page, user, { path: '/audit' });
    await expect(page.locator('[data-state="forbidden"]')).toBeVisible();
  });

  test('an auditor chooses an account, and sees each event with its command and its rows', async ({
    page,
  }) => {
    const user = newUser();
    await recharge(user, 100, new Date(Date.now() + 86_400_000).toISOString());
    await recharge(user, 50);
    await consume(user, 120, { source_type: 'video', settle_within: 60, consumption_id: 'job' });
    const data = { user_id: user, consumption_id: 'job', points: 90 };
    await send({ type: 'SettleConsumption', data }, 'settle-1');
    await open(page, 'unknown', { role: 'auditor' });
    await expect(page.getByRole('heading', { name: '选择账户' })).toBeVisible();
    await page.getByLabel('用户 ID').fill('alice');
    await page.getByRole('button', { name: '查看' }).click();
    await expect(page.getByText('用户 ID 应是一个 UUID')).toBeVisible();
    await page.getByLabel('用户 ID').fill(user.toUpperCase());
    await page.getByRole('button', { name: '查看' }).click();
    await expect(rows(page)).toHaveCount(6);
    await page.getByRole('link', { name: '事件审计' }).click();
    await expect(page.locator('[data-revision]')).toHaveCount(5);
    await expect(event(page, 4)).toContainText('结算');
    await expect(event(page, 4)).toContainText('不产生明细');
    await expect(event(page, 3)).toContainText('预扣多于实际');
    await expect(event(page, 3)).toContainText('SettleConsumption · api:browser-tests · settle-1');
    await expect(event(page, 2).locator('.made li')).toHaveCount(2);
    await expect(event(page, 2).locator('.made')).toContainText('【视频生成】');
    await expect(page.locator('[data-missing]')).toHaveCount(0);
    await expect(page.locator('.event').last()).toHaveAttribute('data-settings', '1');
    await expect(page.locator('[data-settings]')).toHaveCount(1);
    await expect(page.locator('[data-settings]')).toContainText('第 1 版 · 规则 2');
    await expect(page.locator('[data-settings]')).toContainText('points-ledger');
  });

  test('an auditor sees the account’s state as it was at an event', async ({ page }) => {
    const user = newUser();
    await recharge(user, 100);
    await consume(user, 30, { source_type: 'video', settle_within: 600, consumption_id: 'job' });
    await consume(user, 20);
    await open(page, user, { role: 'auditor', path: '/audit' });
    await event(page, 1).getByRole('button', { name: '查看此刻的状态' }).click();
    await expect(event(page, 1).getByTestId('state-balance')).toHaveText('70');
    await expect(event(page, 1).getByTestId('state-held')).toHaveText('30');
    await expect(event(page, 1).locator('.state')).toContainText('job');
    await event(page, 0).getByRole('button', { name: '查看此刻的状态' }).click();
    await expect(event(page, 0).getByTestId('state-balance')).toHaveText('100');
    await expect(event(page, 1).getByTestId('state-balance')).toHaveCount(0);
  });

  test('an auditor reads a long stream back to its first event, while it grows', async ({
    page,
  }) => {
    const user = newUser();
    await recharge(user, 10_000);
    for (let i = 0; i < 69; i += 1) await consume(user, 1);
    await open(page, user, { role: 'auditor', path: '/audit' });
    await expect(page.locator('[data-revision]')).toHaveCount(30);
    await consume(user, 1);
    await expect(event(page, 70)).toBeVisible();
    await page.getByRole('button', { name: '加载更早的事件' }).click();
    await expect(page.locator('[data-revision]')).toHaveCount(61);
    await page.getByRole('button', { name: '加载更早的事件' }).click();
    await expect(page.getByText('已到本账户的第一个事件')).toBeVisible();
    await expect(page.locator('[data-revision]')).toHaveCount(71);
    await expect(page.locator('[data-missing]')).toHaveCount(0);
  });

  test('an auditor gets earlier events even if new ones arrive meanwhile', async ({ page }) => {
    const user = newUser();
    await recharge(user, 10_000);
    for (let i = 0; i < 35; i += 1) await consume(user, 1);
    await open(page, user, { role: 'auditor', path: '/audit' });
    await expect(page.locator('[data-revision]')).toHaveCount(30);
    // The request for the earlier page waits until the new event is on the page.
    let release = (): void => undefined;
    const eventShown = new Promise<void>((resolve) => (release = resolve));
    await page.route(/\/events\?.*limit=6(&|$)/, async (route) => {
      await eventShown;
      await route.continue();
    });
    await page.getByRole('button', { name: '加载更早的事件' }).click();
    await consume(user, 1);
    await expect(event(page, 36)).toBeVisible();
    release();
    await expect(page.getByText('已到本账户的第一个事件')).toBeVisible();
    await expect(page.locator('[data-revision]')).toHaveCount(37);
  });

  test('an auditor sees that a row is missing from the read tables', async ({ page }) => {
    const user = newUser();
    await recharge(user, 100);
    await page.route(/\/transactions\?/, (route) =>
      route.fulfill({ json: { items: [], next_cursor: null } }),
    );
    await open(page, user, { role: 'auditor', path: '/audit' });
    await expect(event(page, 0).locator('[data-missing]')).toContainText('明细表中缺少该行');
  });

  test('a service reads any account and no events', async ({ page }) => {
    const user = newUser();
    await recharge(user, 10);
    await open(page, user, { role: 'service' });
    await expect(rows(page)).toHaveCount(1);
    await expect(page.getByRole('link', { name: '事件审计' })).toHaveCount(0);
  });
});
