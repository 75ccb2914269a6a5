import { sleep } from '#async';
import type { CommandBody, CommandOutcome } from '#contracts';

/** The users of the demo. The first one has the most rows on its page. */
export const DEMO_USERS = [
  '11111111-1111-4111-8111-111111111111',
  '22222222-2222-4222-8222-222222222222',
  '33333333-3333-4333-8333-333333333333',
] as const;

const DAY_MS = 86_400_000;
const SHORT_LIFE_MS = 3_000;

type Send = (body: CommandBody, id: string) => Promise<CommandOutcome>;

/** Sends commands like those of AI services. Their ids are fixed, so that seeding again changes nothing. */
export async function seedDemo(send: Send, nowMs: number): Promise<number> {
  let count = 0;
  const command = async (id: string, body: CommandBody): Promise<void> => {
    const outcome = await send(body, `demo-${id}`);
    if (outcome.status !== 'accepted') {
      throw new Error(`demo command ${id} was ${outcome.status}: ${outcome.detail}`);
    }
    count += 1;
  };
  await Promise.all([
    aBusyUser(command, nowMs),
    aUserWhosePointsExpire(command, nowMs),
    aNewUser(command, nowMs),
  ]);
  return count;
}

type Say = (id: string, body: CommandBody) => Promise<void>;

const inDays = (nowMs: number, days: number): string =>
  new Date(nowMs + days * DAY_MS).toISOString();

/** Purchased points, usage for script, dubbing and video, and a refund for a failure. */
async function aBusyUser(command: Say, nowMs: number): Promise<void> {
  const user_id = DEMO_USERS[0];
  const recharge = (id: string, points: number, days: number, source_id: string) =>
    command(id, {
      type: 'RechargePoints',
      data: { user_id, points, expires_at: inDays(nowMs, days), source_id },
    });
  const consume = (id: string, data: Omit<ConsumeData, 'user_id'>) =>
    command(id, { type: 'ConsumePoints', data: { user_id, ...data } });

  await recharge('recharge-1', 5_000, 365, 'order-1001');
  await recharge('recharge-2', 300, 30, 'order-1002');
  await consume('script-1', { points: 120, source_type: 'script', source_id: 'task-1' });
  await consume('polish-1', { points: 35, source_type: 'polish', source_id: 'task-1' });
  await consume('tts-1', { points: 25, source_type: 'tts', source_id: 'task-2', duration: 12.5 });
  await consume('tts-2', { points: 190, source_type: 'tts', source_id: 'task-3', duration: 95.25 });
  await consume('video-1', {
    points: 800,
    source_type: 'video',
    source_id: 'task-4',
    settle_within: 3_600,
  });
  await command('video-1-settled', {
    type: 'SettleConsumption',
    data: { user_id, consumption_id: 'demo-video-1', points: 640, duration: 30.25 },
  });
  await consume('clone-1', { points: 300, source_type: 'voice_clone', source_id: 'task-5' });
  await command('clone-1-refunded', {
    type: 'RefundPoints',
    data: { user_id, consumption_id: 'demo-clone-1', reason: 'the voice could not be cloned' },
  });
}

async function aUserWhosePointsExpire(command: Say, nowMs: number): Promise<void> {
  const user_id = DEMO_USERS[1];
  const expires_at = new Date(nowMs + SHORT_LIFE_MS).toISOString();
  await command('gift', { type: 'RechargePoints', data: { user_id, points: 100, expires_at } });
  await command('gift-script', {
    type: 'ConsumePoints',
    data: { user_id, points: 40, source_type: 'script' },
  });
  await sleep(SHORT_LIFE_MS);
  await command('gift-expired', { type: 'ExpirePoints', data: { user_id } });
  await command('gift-again', {
    type: 'RechargePoints',
    data: { user_id, points: 50, expires_at: inDays(nowMs, 7) },
  });
}

/** Points that never expire, and an open pre-deduction for a video. */
async function aNewUser(command: Say, nowMs: number): Promise<void> {
  const user_id = DEMO_USERS[2];
  await command('welcome', {
    type: 'RechargePoints',
    data: { user_id, points: 200, expires_at: null },
  });
  await command('trial', {
    type: 'RechargePoints',
    data: { user_id, points: 80, expires_at: inDays(nowMs, 3), priority: 10 },
  });
  await command('video-2', {
    type: 'ConsumePoints',
    data: {
      user_id,
      points: 150,
      source_type: 'video',
      source_id: 'task-6',
      settle_within: 86_400,
    },
  });
}

type ConsumeData = Extract<CommandBody, { type: 'ConsumePoints' }>['data'];
