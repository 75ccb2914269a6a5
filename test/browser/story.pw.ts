import { expect, test, type Page } from '@playwright/test';
import { consume, newUser, recharge, send } from './ledger-client.js';
import { open, rows } from './usage-page.js';

const drawer = (page: Page) => page.getByRole('dialog', { name: '明细详情' });
const rowOf = (page: Page, points: string) => rows(page).filter({ hasText: points });

test.describe('the details of a row', () => {
  test('show estimate, actual cost and refund of a pre-deduction', async ({ page }) => {
    const user = newUser();
    await recharge(user, 1_000);
    const options = { source_type: 'video', source_id: 'task-4', settle_within: 60 } as const;
    const { consumption_id } = await consume(user, 800, options);
    const data = { user_id: user, consumption_id: consumption_id ?? '' };
    await send({ type: 'SettleConsumption', data: { ...data, points: 640, duration: 30.25 } });
    await open(page, user);
    await rowOf(page, '−800').click();
    await expect(drawer(page).getByTestId('why')).toHaveText(
      '视频生成预扣 800 积分，实际费用 640 积分，差额 160 积分已返还。',
    );
    for (const [figure, points] of [
      ['estimate', '800'],
      ['actual', '640'],
      ['refunded', '160'],
      ['net', '640'],
    ] as const) {
      await expect(drawer(page).getByTestId(figure)).toHaveText(points);
    }
    await expect(drawer(page)).toContainText('task-4');
    await expect(drawer(page)).toContainText('30.25s');
    await expect(drawer(page)).toContainText('api:browser-tests');
    await drawer(page).getByRole('button', { name: '【视频生成返还】' }).click();
    await expect(drawer(page)).toContainText('预扣多于实际');
    await expect(drawer(page).locator('.story-row')).toContainText('+160');
    await page.keyboard.press('Escape');
    await expect(drawer(page)).toHaveCount(0);
    await expect(rowOf(page, '−800').getByRole('button')).toBeFocused();
  });

  test('show consumption, reason and batch of a refund', async ({ page }) => {
    const user = newUser();
    const soon = new Date(Date.now() + 86_400_000).toISOString();
    await recharge(user, 300, soon);
    const { consumption_id } = await consume(user, 300, { source_type: 'voice_clone' });
    const data = { user_id: user, consumption_id: consumption_id ?? '', reason: '生成失败' };
    await send({ type: 'RefundPoints', data });
    await open(page, user);
    await rowOf(page, '+300').first().click();
    await expect(drawer(page).getByTestId('why')).toContainText('这些积分后来已全部返还');
    await expect(drawer(page)).toContainText('生成失败');
    await expect(drawer(page)).toContainText('返还宽限批次');
  });

  test('show order, batch and expiry of a recharge', async ({ page }) => {
    const user = newUser();
    const data = { user_id: user, points: 50, expires_at: null, source_id: 'order-1001' };
    await send({ type: 'RechargePoints', data });
    await open(page, user);
    await rows(page).first().click();
    await expect(drawer(page).getByTestId('why')).toContainText('订单 order-1001 充值了 50 积分');
    await expect(drawer(page)).toContainText('永不过期');
    await drawer(page).getByText('原始事件').click();
    await expect(drawer(page).locator('pre')).toContainText('"PointsRecharged"');
  });

  test('are in the URL, so that it can be sent and navigated', async ({ page }) => {
    const user = newUser();
    await recharge(user, 50);
    await open(page, user);
    await rows(page).first().click();
    await expect(drawer(page)).toBeVisible();
    await expect(page).toHaveURL(/[?&]row=r0\.0(&|$)/);
    await page.reload();
    await expect(drawer(page)).toBeVisible();
    await page.goBack();
    await expect(drawer(page)).toHaveCount(0);
    await expect(rows(page)).toHaveCount(1);
  });
});
