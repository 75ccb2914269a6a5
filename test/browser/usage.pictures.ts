import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import type { CommandBody } from '#contracts';
import { recordPastCommands, newUser, type PastCommand } from './ledger-client.js';
import { open, rows } from './usage-page.js';

// Takes the pictures of the README from one month of one account, by the real rules.

const PICTURES = join(import.meta.dirname, '../../docs/pictures');
const DAY_MS = 86_400_000;
const DAYS = 30;

type ConsumeData = Omit<Extract<CommandBody, { type: 'ConsumePoints' }>['data'], 'user_id'>;

const TASKS: readonly Omit<ConsumeData, 'points'>[] = [
  { source_type: 'script' },
  { source_type: 'tts', duration: 12.5 },
  { source_type: 'video', settle_within: 3_600 },
  { source_type: 'polish' },
  { source_type: 'tts', duration: 48.25 },
  { source_type: 'voice_clone' },
];

function commandsOfMonth(user_id: string, nowMs: number): readonly PastCommand[] {
  const recharge = (day: number, points: number, expiresInDays: number): PastCommand => ({
    at: new Date(nowMs - (DAYS - day) * DAY_MS),
    id: `order-${1000 + points}`,
    body: {
      type: 'RechargePoints',
      data: {
        user_id,
        points,
        expires_at: new Date(nowMs + expiresInDays * DAY_MS).toISOString(),
        source_id: `order-${1000 + points}`,
      },
    },
  });
  const days = Array.from({ length: DAYS }, (_, day) => day + 1);
  return [
    recharge(0, 12_000, 335),
    recharge(1, 2_000, -8),
    ...days.flatMap((day) => [
      ...(day === 12 ? [recharge(12, 3_000, 60)] : []),
      ...(day === 29 ? [recharge(29, 1_200, 5), recharge(29, 2_500, 26)] : []),
      ...commandsOfDay(user_id, day, nowMs),
    ]),
  ];
}

/** Some tasks each day, fewer at weekends; every third video costs less, and some work fails. */
function commandsOfDay(user_id: string, day: number, nowMs: number): readonly PastCommand[] {
  const endMs = nowMs - (DAYS - day) * DAY_MS;
  const tasks = day % 7 > 4 ? 2 : 3 + ((day * 5) % 4);
  return Array.from({ length: tasks }, (_, n) => {
    const task = TASKS[(day * 2 + n) % TASKS.length] ?? { source_type: 'script' };
    const points = 20 + ((day * 37 + n * 53) % 140) * (task.source_type === 'video' ? 3 : 1);
    const id = `task-${day}-${n + 1}`;
    const at = (minutes: number) => new Date(endMs - ((tasks - n) * 95 - minutes) * 60_000);
    const consume: PastCommand = {
      at: at(0),
      id,
      body: {
        type: 'ConsumePoints',
        data: { user_id, points, source_id: id, consumption_id: id, ...task },
      },
    };
    return [consume, ...followUps(user_id, id, task, points, at, day === DAYS)];
  }).flat();
}

function followUps(
  user_id: string,
  consumption_id: string,
  task: Omit<ConsumeData, 'points'>,
  points: number,
  at: (minutes: number) => Date,
  isToday: boolean,
): readonly PastCommand[] {
  const consumption = { user_id, consumption_id };
  if (task.settle_within !== undefined && !isToday) {
    const data = { ...consumption, points: Math.round(points * 0.8), duration: 30.25 };
    return [{ at: at(4), id: `${consumption_id}-done`, body: { type: 'SettleConsumption', data } }];
  }
  if (task.source_type !== 'voice_clone') return [];
  const data = { ...consumption, reason: '样本噪音过大' };
  return [{ at: at(9), id: `${consumption_id}-failed`, body: { type: 'RefundPoints', data } }];
}

const user = newUser();

test.beforeAll(async () => {
  const nowMs = Date.now();
  await recordPastCommands(commandsOfMonth(user, nowMs));
  const held = {
    user_id: user,
    points: 180,
    source_type: 'video',
    source_id: 'task-31-1',
  } as const;
  const at = new Date(nowMs - 60_000);
  const data = { ...held, settle_within: 3_600 };
  await recordPastCommands([{ at, id: 'task-31-1', body: { type: 'ConsumePoints', data } }]);
});

async function takePicture(page: Page, name: string): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [width, height] of [
    [1440, 900],
    [768, 1240],
    [390, 1560],
  ] as const) {
    test.describe(`${width} px wide, ${colorScheme}`, () => {
      test.use({ colorScheme, viewport: { width, height } });

      test('the usage page', async ({ page }) => {
        await open(page, user);
        await expect(rows(page)).toHaveCount(50);
        await expect(page.getByText('实时更新中')).toBeVisible();
        await takePicture(page, `usage-${width}-${colorScheme}`);
      });
    });
  }

  test.describe(`${colorScheme}`, () => {
    test.use({ colorScheme, viewport: { width: 1440, height: 1000 } });

    test('the story of a row', async ({ page }) => {
      await open(page, user, { path: '/?type=consume&business=video' });
      await rows(page).filter({ hasText: '30.25s' }).first().click();
      await expect(page.getByTestId('why')).toBeVisible();
      await takePicture(page, `story-${colorScheme}`);
    });

    test('the time line of an auditor', async ({ page }) => {
      await open(page, user, { role: 'auditor', path: '/audit' });
      await page.getByRole('button', { name: '查看此刻的状态' }).nth(1).click();
      await expect(page.getByTestId('state-balance')).toBeVisible();
      await takePicture(page, `audit-${colorScheme}`);
    });
  });
}

test('the usage page in English', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page, user);
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await takePicture(page, 'usage-1440-english');
});
