import { expect, test, type Page } from '@playwright/test';
import { FIRST_BUSINESSES } from '#ledger';
import { fixedSettings } from '#settings/testing';
import { consume, newUser, recharge, recordPastCommands, send } from './ledger-client.js';
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

  test('show how a debt arose and was paid', async ({ page }) => {
    const user = newUser();
    await recharge(user, 100);
    const options = { source_type: 'video', source_id: 'task-9', settle_within: 60 } as const;
    const { consumption_id } = await consume(user, 100, options);
    const data = { user_id: user, consumption_id: consumption_id ?? '', points: 130 };
    await send({ type: 'SettleConsumption', data });
    await open(page, user);
    await expect(page.getByTestId('balance')).toHaveText('0');
    await expect(page.getByTestId('owed')).toHaveText('30');
    await rowOf(page, '−100').click();
    await expect(drawer(page).getByTestId('why')).toHaveText(
      '视频生成预扣 100 积分，实际费用 130 积分，余额不足：30 积分记为欠费。',
    );
    await expect(drawer(page).locator('.figure-owed')).toContainText('30');
    await page.keyboard.press('Escape');
    await recharge(user, 50);
    await expect(rowOf(page, '【视频生成补扣】')).toContainText('−30');
    await expect(page.getByTestId('owed')).toHaveCount(0);
    await expect(page.getByTestId('balance')).toHaveText('20');
    await rowOf(page, '【视频生成补扣】').click();
    await expect(drawer(page).getByTestId('why')).toHaveText(
      '视频生成的欠费，由之后入账的积分补扣 30 积分。' +
        '视频生成预扣 100 积分，实际费用 130 积分，余额不足：30 积分记为欠费，其后已补扣 30 积分。' +
        '积分分 2 笔从各批次扣减：先按优先级，再按到期先后。',
    );
  });

  test('show a reversed recharge, and what came of it', async ({ page }) => {
    const user = newUser();
    const of = { user_id: user };
    const order = { ...of, recharge_id: 'order-7' };
    const recharged = { ...order, points: 100, expires_at: null, source_id: 'order-7' };
    await recordPastCommands(
      [
        { type: 'RechargePoints' as const, data: recharged },
        { type: 'ConsumePoints' as const, data: { ...of, points: 70, source_type: 'script' } },
        {
          type: 'ReverseRecharge' as const,
          data: { ...order, cause: 'chargeback' as const, metadata: { dispute: 'case-1' } },
        },
        { type: 'ReinstateRecharge' as const, data: { ...order, points: 90 } },
      ].map((body) => ({ at: new Date(), body })),
    );
    await open(page, user);
    await rowOf(page, '【充值撤销】').click();
    await expect(drawer(page).getByTestId('why')).toHaveText(
      '充值 order-7 因拒付撤销：从原批次扣回 30 积分，70 积分记为欠费。',
    );
    await expect(drawer(page).getByTestId('recharged')).toHaveText('100');
    await expect(drawer(page).getByTestId('reversed')).toHaveText('100');
    await expect(drawer(page).getByTestId('reinstated')).toHaveText('90');
    await expect(drawer(page)).toContainText('case-1');
    await drawer(page).getByRole('button', { name: '【充值恢复】' }).click();
    await expect(drawer(page).getByTestId('why')).toHaveText(
      '充值 order-7 已作充值恢复：退回批次 20 积分，免除欠费 70 积分。',
    );
    await drawer(page).getByRole('button', { name: '查看该订单的明细' }).click();
    await expect(drawer(page)).toHaveCount(0);
    await expect(rows(page)).toHaveCount(3);
    await expect(page).toHaveURL(/source=order-7/);
  });

  test('show a price times a quantity', async ({ page }) => {
    const user = newUser();
    const of = { user_id: user };
    const settings = fixedSettings({
      rules: 2,
      businesses: FIRST_BUSINESSES.map((business) =>
        business.code === 'polish'
          ? {
              ...business,
              price: { points: '2.5', per: '2', step: null, minimum: 1, rounding: 'up' },
            }
          : business,
      ),
    });
    await recordPastCommands(
      [
        { type: 'RechargePoints' as const, data: { ...of, points: 100, expires_at: null } },
        { type: 'ConsumePoints' as const, data: { ...of, source_type: 'polish', quantity: 3 } },
      ].map((body) => ({ at: new Date(), body })),
      settings,
    );
    await open(page, user);
    await rowOf(page, '【文案润色】').click();
    const pricing = drawer(page).getByTestId('pricing');
    await expect(pricing).toContainText('3 次 × 每 2 次 2.5 积分 = 4');
    await expect(pricing).toContainText('每 2 次 2.5 积分，向上取整');
    await expect(pricing).toContainText('第 1 版');
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
