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

test.describe('each state is told apart, with what to do', () => {
  let user = '';
  test.beforeEach(() => {
    user = newUser();
  });

  test('nobody knows yet who the reader is', async ({ page }) => {
    await page.goto(apiUrl());
    await expect(page.getByRole('heading', { name: '查看积分用量' })).toBeVisible();
    await page.getByLabel('访问令牌').fill('no token');
    await page.getByRole('button', { name: '打开' }).click();
    await expect(page.getByText('这不像是一个令牌')).toBeVisible();
    await recharge(user, 10);
    await page.getByLabel('访问令牌').fill(await tokenOf(user, 'user'));
    await page.getByRole('button', { name: '打开' }).click();
    await expect(rows(page)).toHaveCount(1);
  });

  test('a token that a link brings is taken out of the address, and gone with 退出', async ({
    page,
  }) => {
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

  test('the account is parked, and says so in a sentence on both pages, in both languages', async ({
    page,
  }) => {
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
    await expect(notice).toContainText('This account is being looked at');
    await open(page, user, { role: 'auditor', path: '/audit' });
    await expect(notice).toContainText('This account is being looked at');
  });

  test('the token has expired, and the place is kept', async ({ page }) => {
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

  test('the token expires while the page is open', async ({ page }) => {
    await recharge(user, 10);
    await open(page, user, { token: await tokenOf(user, 'user', 8) });
    await expect(rows(page)).toHaveCount(1);
    await expect(state(page, 'expired')).toBeVisible({ timeout: 20_000 });
  });

  test('one may not look at another’s account, and finds back to one’s own', async ({ page }) => {
    await recharge(user, 10);
    await open(page, user, { path: `/?user=${newUser()}` });
    await page.goto(`${apiUrl()}/?user=${newUser()}`);
    await expect(state(page, 'forbidden')).toContainText('没有权限查看');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: '回到自己的账户' }).click();
    await expect(rows(page)).toHaveCount(1);
  });

  test('the token is good, and opens no account', async ({ page }) => {
    await open(page, 'nobody');
    await expect(state(page, 'forbidden')).toContainText('没有可以查看的账户');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: '换一个令牌' }).click();
    await recharge(user, 10);
    await page.getByLabel('访问令牌').fill(await tokenOf(user, 'user'));
    await page.getByRole('button', { name: '打开' }).click();
    await expect(rows(page)).toHaveCount(1);
  });

  test('nothing has happened yet, and then it does', async ({ page }) => {
    await open(page, user);
    await expect(state(page, 'empty')).toContainText('还没有积分明细');
    await expect(page.getByTestId('balance')).toHaveText('0');
    expect(await axeViolations(page)).toEqual([]);
    await recharge(user, 10);
    await expect(rows(page)).toHaveCount(1);
  });

  test('nothing matches, which is another thing', async ({ page }) => {
    await recharge(user, 10);
    await open(page, user, { path: '/?type=expire' });
    await expect(state(page, 'no-match')).toContainText('没有符合条件的明细');
    await state(page, 'no-match').getByRole('button', { name: '清除筛选' }).click();
    await expect(rows(page)).toHaveCount(1);
  });

  test('it is being loaded', async ({ page }) => {
    await page.route(PAGE_OF_ROWS, neverAnswer);
    await open(page, user);
    await expect(page.locator('.statement [data-state="loading"]')).toHaveText('正在加载…');
    expect(await axeViolations(page)).toEqual([]);
  });

  test('the API is away, and the page recovers by itself when it is back', async ({ page }) => {
    await recharge(user, 10);
    await page.route('**/v1/**', respondWith(503, '', { 'retry-after': '1' }));
    await open(page, user);
    await expect(page.locator('.statement [data-state="away"]')).toContainText('暂时连不上服务');
    expect(await axeViolations(page)).toEqual([]);
    await page.unroute('**/v1/**');
    await expect(rows(page)).toHaveCount(1);
    await expect(state(page, 'away')).toHaveCount(0);
  });

  test('the network is gone: what is there stays', async ({ page, context }) => {
    await consumeMany(user, 60);
    await open(page, user);
    await expect(rows(page)).toHaveCount(50);
    await context.setOffline(true);
    await rows(page).last().scrollIntoViewIfNeeded();
    await expect(page.locator('.statement .failure-line')).toContainText('暂时连不上服务');
    await expect(rows(page)).toHaveCount(50);
    await context.setOffline(false);
    await expect(rows(page)).toHaveCount(61);
  });

  test('the API is away for one part of the page: the others are there', async ({ page }) => {
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

  test('the API is away when a story is opened, and tells it when it is back', async ({ page }) => {
    await recharge(user, 10);
    await open(page, user);
    await page.route(/\/transactions\/r0\.0$/, respondWith(503, '', { 'retry-after': '1' }));
    await rows(page).first().click();
    await expect(page.getByRole('dialog').locator('[data-state="away"]')).toBeVisible();
    await page.unroute(/\/transactions\/r0\.0$/);
    await expect(page.getByTestId('why')).toContainText('充值了 10 积分');
  });

  test('the API is away for the auditor, whose page recovers by itself too', async ({ page }) => {
    await recharge(user, 10);
    await page.route('**/v1/**', respondWith(503, '', { 'retry-after': '1' }));
    await open(page, user, { role: 'auditor', path: '/audit' });
    await expect(state(page, 'away')).toContainText('暂时连不上服务');
    expect(await axeViolations(page)).toEqual([]);
    await page.unroute('**/v1/**');
    await expect(page.locator('[data-revision]')).toHaveCount(1);
  });

  test('an export fails, and can be tried again', async ({ page }) => {
    await recharge(user, 10);
    await page.route(/transactions\.csv/, respondWith(503, ''));
    await open(page, user);
    await page.getByRole('button', { name: '导出 CSV' }).click();
    await expect(page.getByText('没能导出，请稍后再试。')).toBeVisible();
    await page.unroute(/transactions\.csv/);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: '导出 CSV' }).click();
    await downloading;
  });

  test('the page’s own script does not come: a sentence stands there', async ({ page }) => {
    await page.route('**/assets/*.js', (route) => route.abort());
    await page.goto(apiUrl());
    await expect(page.getByText('正在打开用量明细…')).toBeVisible();
  });

  test('it asks too often', async ({ page }) => {
    await page.route(PAGE_OF_ROWS, respondWith(429, '', { 'retry-after': '60' }));
    await open(page, user);
    await expect(state(page, 'busy')).toContainText('请求太频繁');
    expect(await axeViolations(page)).toEqual([]);
  });

  test('the answer makes no sense, and it can be asked again', async ({ page }) => {
    await recharge(user, 10);
    await page.route(PAGE_OF_ROWS, respondWith(200, '{"items":[{"id":"one"}],"next_cursor":null}'));
    await open(page, user);
    await expect(state(page, 'broken')).toContainText('items.0.id');
    expect(await axeViolations(page)).toEqual([]);
    await page.unroute(PAGE_OF_ROWS);
    await page.getByRole('button', { name: '重试' }).click();
    await expect(rows(page)).toHaveCount(1);
  });

  test('the API has a fault, and its words are shown', async ({ page }) => {
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

  test('there is no such row', async ({ page }) => {
    await recharge(user, 10);
    await open(page, user, { path: '/?row=999999999' });
    await expect(page.getByRole('dialog')).toContainText('找不到这笔明细');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: '关闭' }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(rows(page)).toHaveCount(1);
  });

  test('a fault of the page itself is told, and is no blank page', async ({ page }) => {
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
