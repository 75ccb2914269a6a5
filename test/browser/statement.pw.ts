import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { DEMO_USERS } from '../../stack/src/demo.js';
import {
  recordPastCommands,
  consume,
  newUser,
  recharge,
  seedDemoData,
  send,
} from './ledger-client.js';
import { open, rowTexts, rows } from './usage-page.js';

const DAY_MS = 86_400_000;

test.describe('the statement', () => {
  test('shows the rows of the demo, column by column', async ({ page }) => {
    await seedDemoData();
    await open(page, DEMO_USERS[0]);
    await expect(rows(page)).toHaveCount(11);
    expect(await rowTexts(page)).toEqual([
      ['返还', '+300', '4,290', '-', '【声音克隆返还】'],
      ['消费', '−300', '3,990', '-', '【声音克隆】'],
      ['返还', '+160', '4,290', '-', '【视频生成返还】'],
      ['消费', '−800', '4,130', '30.25s', '【视频生成】'],
      ['消费', '−70', '4,930', '-', '【配音合成】'],
      ['消费', '−120', '5,000', '95.25s', '【配音合成】'],
      ['消费', '−25', '5,120', '12.5s', '【配音合成】'],
      ['消费', '−35', '5,145', '-', '【文案润色】'],
      ['消费', '−120', '5,180', '-', '【脚本生成】'],
      ['充值', '+300', '5,300', '-', '【积分充值】'],
      ['充值', '+5,000', '5,000', '-', '【积分充值】'],
    ]);
    await expect(page.getByTestId('balance')).toHaveText('4,290');
    await open(page, DEMO_USERS[1]);
    await expect(rows(page)).toHaveCount(4);
    expect((await rowTexts(page))[1]).toEqual(['过期', '−60', '0', '-', '【积分过期】']);
  });

  test('shows held points, and when each batch expires', async ({ page }) => {
    const user = newUser();
    await recharge(user, 500);
    await recharge(user, 80, new Date(Date.now() + 3 * DAY_MS).toISOString());
    await consume(user, 100, { source_type: 'video', settle_within: 3_600 });
    await open(page, user);
    await expect(page.getByTestId('held')).toHaveText('100');
    const batches = page.locator('.batch');
    await expect(batches).toHaveCount(1);
    await expect(batches.first()).toContainText('剩余 480，共 500');
    await expect(batches.first()).toContainText('永不过期');
    await recharge(user, 60, new Date(Date.now() + 3 * DAY_MS).toISOString());
    await expect(batches.first()).toContainText('还有 3 天');
  });

  test('shows times in the reader’s time zone, and the exact instant on hover', async ({
    page,
  }) => {
    const user = newUser();
    const at = new Date('2026-01-31T18:30:05.123Z');
    const data = { user_id: user, points: 5, expires_at: null };
    await recordPastCommands([{ at, body: { type: 'RechargePoints', data } }]);
    await open(page, user);
    const time = rows(page).locator('time');
    await expect(time).toHaveText('2026-02-01 02:30:05');
    await expect(time).toHaveAttribute('title', '2026-01-31T18:30:05.123Z');
  });

  test('finds the rows of a task by its id', async ({ page }) => {
    const user = newUser();
    await recharge(user, 500);
    await consume(user, 10, { source_id: 'task-1' });
    await consume(user, 20, { source_id: 'task-2' });
    await open(page, user);
    await expect(rows(page)).toHaveCount(3);
    await page.getByRole('searchbox', { name: '任务或订单号' }).fill(' task-2 ');
    await page.keyboard.press('Enter');
    await expect(rows(page)).toHaveCount(1);
    await expect(rows(page).first()).toContainText('−20');
    await expect(page).toHaveURL(/source=task-2/);
    await page.reload();
    await expect(page.getByRole('searchbox')).toHaveValue('task-2');
    await consume(user, 30, { source_id: 'task-1' });
    await consume(user, 40, { source_id: 'task-2' });
    await expect(rows(page)).toHaveCount(2);
    await expect(rows(page).first()).toContainText('−40');
    await page.getByRole('button', { name: '清除筛选' }).click();
    await expect(rows(page)).toHaveCount(5);
  });

  test('filters rows, keeps filters in the URL, and charts the filtered time', async ({ page }) => {
    const user = newUser();
    const of = { user_id: user };
    const on = (day: string) => new Date(`${day}T04:00:00.000Z`);
    await recordPastCommands([
      {
        at: on('2026-01-10'),
        body: { type: 'RechargePoints', data: { ...of, points: 900, expires_at: null } },
      },
      {
        at: on('2026-01-11'),
        body: { type: 'ConsumePoints', data: { ...of, points: 10, source_type: 'script' } },
      },
      {
        at: on('2026-01-12'),
        body: {
          type: 'ConsumePoints',
          data: { ...of, points: 20, source_type: 'tts', consumption_id: 'job' },
        },
      },
      {
        at: on('2026-01-13'),
        body: { type: 'RefundPoints', data: { ...of, consumption_id: 'job' } },
      },
    ]);
    await open(page, user);
    await expect(rows(page)).toHaveCount(4);
    await page.getByLabel('类型', { exact: true }).selectOption('consume');
    await expect(rows(page)).toHaveCount(2);
    await page.getByLabel('业务', { exact: true }).selectOption('tts');
    await expect(rows(page)).toHaveCount(1);
    await page.reload();
    await expect(rows(page)).toHaveCount(1);
    await page.getByRole('button', { name: '清除筛选' }).click();
    await expect(rows(page)).toHaveCount(4);
    await page.getByLabel('开始日期').fill('2026-01-11');
    await page.getByLabel('结束日期').fill('2026-01-12');
    await expect(rows(page)).toHaveCount(2);
    await expect(page.locator('.total-consumed')).toContainText('30');
    await expect(page.locator('.total-refunded')).toContainText('0');
    await expect(page.getByRole('button', { name: /^配音合成/ })).toContainText('20');
    await page.locator('.column').last().hover();
    await expect(page.getByRole('heading', { name: /按业务/ })).toContainText('2026-01-12');
    await expect(page.getByRole('button', { name: /^脚本生成/ })).toContainText('0 次');
    await page.locator('.column').first().click();
    await expect(rows(page)).toHaveCount(1);
    await expect(page.getByLabel('结束日期')).toHaveValue('2026-01-11');
  });

  test('exports all filtered rows', async ({ page }) => {
    const user = newUser();
    await recharge(user, 100);
    await consume(user, 25, { source_type: 'tts', duration: 12.5 });
    await open(page, user, { path: '/?type=consume' });
    await expect(rows(page)).toHaveCount(1);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: '导出 CSV' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(/^transactions-\d{4}-\d\d-\d\d\.csv$/);
    const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('consume,25,100,75,tts');
    expect(lines[1]).toContain('12.5,【配音合成】');
  });

  test('fills in the duration of a pre-deduction once it is settled', async ({ page }) => {
    const user = newUser();
    await recharge(user, 100);
    const { consumption_id } = await consume(user, 20, { source_type: 'tts', settle_within: 60 });
    await open(page, user);
    await expect(rows(page).first().locator('.cell-duration')).toHaveText('-');
    const data = {
      user_id: user,
      consumption_id: consumption_id ?? '',
      points: 15,
      duration: 8.75,
    };
    await send({ type: 'SettleConsumption', data });
    await expect(rows(page)).toHaveCount(3);
    await expect(rows(page).nth(1).locator('.cell-duration')).toHaveText('8.75s');
    await expect(page.getByTestId('held')).toHaveText('0');
  });
});
