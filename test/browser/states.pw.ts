import { expect, test, type Page, type Route } from '@playwright/test';
import {
  apiUrl,
  consume,
  consumeMany,
  storeUndecodableEvent,
  newUser,
  recharge,
  tokenOf,
} from './ledger-client.js';
import { axeViolations, open, rows } from './usage-page.js';

const PAGE_OF_ROWS = /\/transactions\?/;
const state = (page: Page, name: string) => page.locator(`[data-state="${name}"]`);

const neverAnswer = (): void => undefined;
const respondWith = (status: number, body: string, headers: Record<string, string> = {}) => {
  return (route: Route) => route.fulfill({ status, body, headers });
};

test.describe('states of the page', () => {
  let user = '';
  test.beforeEach(() => {
    user = newUser();
  });

  test('asks for a token without a session', async ({ page }) => {
    await page.goto(apiUrl());
    await expect(page.getByRole('heading', { name: '查看积分用量' })).toBeVisible();
    await page.getByLabel('访问令牌').fill('no token');
    await page.getByRole('button', { name: '打开' }).click();
    await expect(page.getByText('令牌格式不正确')).toBeVisible();
    await recharge(user, 10);
    await page.getByLabel('访问令牌').fill(await tokenOf(user, 'user'));
    await page.getByRole('button', { name: '打开' }).click();
    await expect(rows(page)).toHaveCount(1);
  });

  test('removes the token of a link from the URL, and deletes it on 退出', async ({ page }) => {
    await recharge(user, 10);
    await open(page, user);
    await expect(rows(page)).toHaveCount(1);
    expect(page.url()).not.toContain('token');
    await page.reload();
    await expect(rows(page)).toHaveCount(1);
    await page.getByRole('button', { name: '退出' }).click();
    await expect(page.getByLabel('访问令牌')).toBeVisible();
    await page.reload();
    await expect(page.getByLabel('访问令牌')).toBeVisible();
  });

  test('shows that the account is parked on both pages, in both languages', async ({ page }) => {
    await recharge(user, 10);
    await storeUndecodableEvent(user, 1);
    const notice = page.getByTestId('parked');
    await expect(async () => {
      await open(page, user);
      await expect(rows(page)).toHaveCount(1);
      await expect(notice).toContainText('本账户正在核查', { timeout: 1_000 });
    }).toPass();
    await expect(page.getByTestId('balance')).toHaveText('10');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'English' }).click();
    await expect(notice).toContainText('This account is under review');
    await open(page, user, { role: 'auditor', path: '/audit' });
    await expect(notice).toContainText('This account is under review');
  });

  test('returns to the same page after an expired token is replaced', async ({ page }) => {
    await recharge(user, 10);
    await consume(user, 1);
    const token = await tokenOf(user, 'user', -10);
    await open(page, user, { token, path: '/?type=recharge' });
    await expect(state(page, 'expired')).toContainText('登录已过期');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel('访问令牌').fill(await tokenOf(user, 'user'));
    await page.getByRole('button', { name: '打开' }).click();
    await expect(rows(page)).toHaveCount(1);
    await expect(rows(page)).toContainText('+10');
  });

  test('reports a token that expires while the page is open', async ({ page }) => {
    await recharge(user, 10);
    await open(page, user, { token: await tokenOf(user, 'user', 8) });
    await expect(rows(page)).toHaveCount(1);
    await expect(state(page, 'expired')).toBeVisible({ timeout: 20_000 });
  });

  test('denies access to another account and leads back to one’s own', async ({ page }) => {
    await recharge(user, 10);
    await open(page, user, { path: `/?user=${newUser()}` });
    await page.goto(`${apiUrl()}/?user=${newUser()}`);
    await expect(state(page, 'forbidden')).toContainText('没有权限查看');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: '回到自己的账户' }).click();
    await expect(rows(page)).toHaveCount(1);
  });

  test('reports a valid token that gives access to no account', async ({ page }) => {
    await open(page, 'unknown');
    await expect(state(page, 'forbidden')).toContainText('没有可以查看的账户');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: '换一个令牌' }).click();
    await recharge(user, 10);
    await page.getByLabel('访问令牌').fill(await tokenOf(user, 'user'));
    await page.getByRole('button', { name: '打开' }).click();
    await expect(rows(page)).toHaveCount(1);
  });

  test('shows an empty account, and its first row live', async ({ page }) => {
    await open(page, user);
    await expect(state(page, 'empty')).toContainText('还没有积分明细');
    await expect(page.getByTestId('balance')).toHaveText('0');
    expect(await axeViolations(page)).toEqual([]);
    await recharge(user, 10);
    await expect(rows(page)).toHaveCount(1);
  });

  test('distinguishes a filter without matches from an empty account', async ({ page }) => {
    await recharge(user, 10);
    await open(page, user, { path: '/?type=expire' });
    await expect(state(page, 'no-match')).toContainText('没有符合条件的明细');
    await state(page, 'no-match').getByRole('button', { name: '清除筛选' }).click();
    await expect(rows(page)).toHaveCount(1);
  });

  test('shows that rows are loading', async ({ page }) => {
    await page.route(PAGE_OF_ROWS, neverAnswer);
    await open(page, user);
    await expect(page.locator('.statement [data-state="loading"]')).toHaveText('正在加载…');
    expect(await axeViolations(page)).toEqual([]);
  });

  test('recovers when an unavailable API is back', async ({ page }) => {
    await recharge(user, 10);
    await page.route('**/v1/**', respondWith(503, '', { 'retry-after': '1' }));
    await open(page, user);
    await expect(page.locator('.statement [data-state="away"]')).toContainText('服务暂时不可用');
    expect(await axeViolations(page)).toEqual([]);
    await page.unroute('**/v1/**');
    await expect(rows(page)).toHaveCount(1);
    await expect(state(page, 'away')).toHaveCount(0);
  });

  test('keeps loaded rows while offline', async ({ page, context }) => {
    await consumeMany(user, 60);
    await open(page, user);
    await expect(rows(page)).toHaveCount(50);
    await context.setOffline(true);
    await rows(page).last().scrollIntoViewIfNeeded();
    await expect(page.locator('.statement .failure-line')).toContainText('服务暂时不可用');
    await expect(rows(page)).toHaveCount(50);
    await context.setOffline(false);
    await expect(rows(page)).toHaveCount(61);
  });

  test('shows the other parts when one request fails', async ({ page }) => {
    await recharge(user, 10);
    await page.route('**/batches', respondWith(503, ''));
    await page.route(/\/usage\?/, respondWith(500, ''));
    await open(page, user);
    await expect(rows(page)).toHaveCount(1);
    await expect(page.getByTestId('balance')).toHaveText('10');
    await expect(page.locator('.summary [data-state="away"]')).toBeVisible();
    await expect(page.locator('.chart-card [data-state="broken"]')).toBeVisible();
    expect(await axeViolations(page)).toEqual([]);
    await page.unroute(/\/usage\?/);
    await page.locator('.chart-card').getByRole('button', { name: '重试' }).click();
    await expect(page.getByRole('slider')).toBeVisible();
  });

  test('loads details when an unavailable API is back', async ({ page }) => {
    await recharge(user, 10);
    await open(page, user);
    await page.route(/\/transactions\/r0\.0$/, respondWith(503, '', { 'retry-after': '1' }));
    await rows(page).first().click();
    await expect(page.getByRole('dialog').locator('[data-state="away"]')).toBeVisible();
    await page.unroute(/\/transactions\/r0\.0$/);
    await expect(page.getByTestId('why')).toContainText('充值了 10 积分');
  });

  test('recovers the auditor’s page when an unavailable API is back', async ({ page }) => {
    await recharge(user, 10);
    await page.route('**/v1/**', respondWith(503, '', { 'retry-after': '1' }));
    await open(page, user, { role: 'auditor', path: '/audit' });
    await expect(state(page, 'away')).toContainText('服务暂时不可用');
    expect(await axeViolations(page)).toEqual([]);
    await page.unroute('**/v1/**');
    await expect(page.locator('[data-revision]')).toHaveCount(1);
  });

  test('allows a failed export to be repeated', async ({ page }) => {
    await recharge(user, 10);
    await page.route(/transactions\.csv/, respondWith(503, ''));
    await open(page, user);
    await page.getByRole('button', { name: '导出 CSV' }).click();
    await expect(page.getByText('导出失败，请稍后重试。')).toBeVisible();
    await page.unroute(/transactions\.csv/);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: '导出 CSV' }).click();
    await downloading;
  });

  test('shows a message when its script cannot be loaded', async ({ page }) => {
    await page.route('**/assets/*.js', (route) => route.abort());
    await page.goto(apiUrl());
    await expect(page.getByText('正在打开用量明细…')).toBeVisible();
  });

  test('reports the rate limit', async ({ page }) => {
    await page.route(PAGE_OF_ROWS, respondWith(429, '', { 'retry-after': '60' }));
    await open(page, user);
    await expect(state(page, 'busy')).toContainText('请求过于频繁');
    expect(await axeViolations(page)).toEqual([]);
  });

  test('rejects an invalid answer, and allows a retry', async ({ page }) => {
    await recharge(user, 10);
    await page.route(PAGE_OF_ROWS, respondWith(200, '{"items":[{"id":"one"}],"next_cursor":null}'));
    await open(page, user);
    await expect(state(page, 'broken')).toContainText('items.0.id');
    expect(await axeViolations(page)).toEqual([]);
    await page.unroute(PAGE_OF_ROWS);
    await page.getByRole('button', { name: '重试' }).click();
    await expect(rows(page)).toHaveCount(1);
  });

  test('shows the detail of an error of the API', async ({ page }) => {
    const headers = { 'content-type': 'application/problem+json' };
    const problem = {
      type: 'about:blank',
      title: 'Fault',
      status: 500,
      detail: 'It is our fault.',
    };
    await page.route(PAGE_OF_ROWS, respondWith(500, JSON.stringify(problem), headers));
    await open(page, user);
    await expect(state(page, 'broken')).toContainText('It is our fault.');
  });

  test('reports a row that does not exist', async ({ page }) => {
    await recharge(user, 10);
    await open(page, user, { path: '/?row=999999999' });
    await expect(page.getByRole('dialog')).toContainText('找不到这笔明细');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: '关闭' }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(rows(page)).toHaveCount(1);
  });

  test('shows an error of the page itself instead of a blank page', async ({ page }) => {
    await page.addInitScript(
      'Object.defineProperty(Intl.NumberFormat.prototype, "format", { get() { throw new Error("a fault") } })',
    );
    await recharge(user, 10);
    await open(page, user);
    await expect(state(page, 'crashed')).toContainText('页面出错了');
    await expect(state(page, 'crashed')).toContainText('a fault');
    expect(await axeViolations(page)).toEqual([]);
  });
});
