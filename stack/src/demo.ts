import { sleep } from '#async';
import type { CommandBody, CommandOutcome } from '#contracts';

/** Users of the demo: look at the first one's page. */
export const DEMO_USERS = [
  '11111111-1111-4111-8111-111111111111',
  '22222222-2222-4222-8222-222222222222',
  '33333333-3333-4333-8333-333333333333',
] as const;

const DAY_MS = 86_400_000;
const SHORT_LIFE_MS = 3_000;

type Send = (body: CommandBody, id: string) => Promise<CommandOutcome>;

/** What AI services do on an ordinary day. Ids are fixed: seeding again changes nothing. */
export async function seedDemo(send: Send, nowMs: number): Promise<number> {
  let count = 0;
  const say = async (id: string, body: CommandBody): Promise<void> => {
    const outcome = await send(body, `demo-${id}`);
    if (outcome.status !== 'accepted') {
      throw new Error(`demo command ${id} was ${outcome.status}: ${outcome.detail}`);
    }
    count += 1;
  };
  await Promise.all([
    aBusyUser(say, nowMs),
    aUserWhosePointsExpire(say, nowMs),
    aNewUser(say, nowMs),
  ]);
  return count;
}

type Say = (id: string, body: CommandBody) => Promise<void>;

const inDays = (nowMs: number, days: number): string =>
  new Date(nowMs + days * DAY_MS).toISOString();

/** Bought points; script, dubbing and video; one failure that was refunded. */
async function aBusyUser(say: Say, nowMs: number): Promise<void> {
  const user_id = DEMO_USERS[0];
  const recharge = (id: string, points: number, days: number, source_id: string) =>
    say(id, {
      type: 'RechargePoints',
      data: { user_id, points, expires_at: inDays(nowMs, days), source_id },
    });
  const consume = (id: string, data: Omit<ConsumeData, 'user_id'>) =>
    say(id, { type: 'ConsumePoints', data: { user_id, ...data } });

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
  await say('video-1-settled', {
    type: 'SettleConsumption',
    data: { user_id, consumption_id: 'demo-video-1', points: 640, duration: 30.25 },
  });
  await consume('clone-1', { points: 300, source_type: 'voice_clone', source_id: 'task-5' });
  await say('clone-1-refunded', {
    type: 'RefundPoints',
    data: { user_id, consumption_id: 'demo-clone-1', reason: 'the voice could not be cloned' },
  });
}

async function aUserWhosePointsExpire(say: Say, nowMs: number): Promise<void> {
  const user_id = DEMO_USERS[1];
  const expires_at = new Date(nowMs + SHORT_LIFE_MS).toISOString();
  await say('gift', { type: 'RechargePoints', data: { user_id, points: 100, expires_at } });
  await say('gift-script', {
    type: 'ConsumePoints',
    data: { user_id, points: 40, source_type: 'script' },
  });
  await sleep(SHORT_LIFE_MS);
  await say('gift-expired', { type: 'ExpirePoints', data: { user_id } });
  await say('gift-again', {
    type: 'RechargePoints',
    data: { user_id, points: 50, expires_at: inDays(nowMs, 7) },
  });
}

/** Points that never expire, and a video that is still being made. */
async function aNewUser(say: Say, nowMs: number): Promise<void> {
  const user_id = DEMO_USERS[2];
  await say('welcome', {
    type: 'RechargePoints',
    data: { user_id, points: 200, expires_at: null },
  });
  await say('trial', {
    type: 'RechargePoints',
    data: { user_id, points: 80, expires_at: inDays(nowMs, 3), priority: 10 },
  });
  await say('video-2', {
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
