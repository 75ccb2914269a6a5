import { sleep } from '#async';
import type { CommandBody, CommandOutcome } from '#contracts';

/** The users of the demo. The first one has the most rows on its page. */
export const DEMO_USERS = [
  '11111111-1111-4111-8111-111111111111',
  '22222222-2222-4222-8222-222222222222',
  '33333333-3333-4333-8333-333333333333',
  '44444444-4444-4444-8444-444444444444',
] as const;

/** A user of the old service whose account is taken over, with ninety days of rows. */
export const DEMO_USER_TAKEN_OVER = '55555555-5555-4555-8555-555555555555';

const DAY_MS = 86_400_000;
const SHORT_LIFE_MS = 3_000;

/** A business that the settings of the ledger have, with its price or without. */
export interface PricedBusiness {
  readonly code: string;
  readonly price: unknown;
}

type Send = (body: CommandBody, id: string) => Promise<CommandOutcome>;

/**
 * Sends commands like those of AI services. Their ids are fixed, so that seeding again changes nothing.
 * What has a price in the settings is priced by the ledger, and the points of the rest are told.
 */
export async function seedDemo(
  send: Send,
  nowMs: number,
  businesses: readonly PricedBusiness[] = [],
): Promise<number> {
  let count = 0;
  const command = async (id: string, body: CommandBody): Promise<void> => {
    const outcome = await send(body, `demo-${id}`);
    if (outcome.status !== 'accepted') {
      throw new Error(`demo command ${id} was ${outcome.status}: ${outcome.detail}`);
    }
    count += 1;
  };
  const priced = new Set(businesses.flatMap(({ code, price }) => (price === null ? [] : [code])));
  await Promise.all([
    aBusyUser(command, nowMs, priced),
    aUserWhosePointsExpire(command, nowMs),
    aNewUser(command, nowMs),
    aUserWhoOwes(command, nowMs, priced),
  ]);
  return count;
}

type Say = (id: string, body: CommandBody) => Promise<void>;

const inDays = (nowMs: number, days: number): string =>
  new Date(nowMs + days * DAY_MS).toISOString();

/** Purchased points, usage for script, dubbing and video, and a refund for a failure. */
async function aBusyUser(command: Say, nowMs: number, priced: ReadonlySet<string>): Promise<void> {
  const user_id = DEMO_USERS[0];
  const recharge = (id: string, points: number, days: number, source_id: string) =>
    command(id, {
      type: 'RechargePoints',
      data: { user_id, points, expires_at: inDays(nowMs, days), source_id },
    });
  const consume = (id: string, data: Omit<ConsumeData, 'user_id'>) =>
    command(id, { type: 'ConsumePoints', data: { user_id, ...data } });
  const dub = (id: string, duration: number, points: number, source_id: string) =>
    consume(id, {
      ...(!priced.has('tts') && { points }),
      ...{ source_type: 'tts', source_id, duration },
    });

  await recharge('recharge-1', 5_000, 365, 'order-1001');
  await recharge('recharge-2', 300, 30, 'order-1002');
  await consume('script-1', { points: 120, source_type: 'script', source_id: 'task-1' });
  await consume('polish-1', { points: 35, source_type: 'polish', source_id: 'task-1' });
  await dub('tts-1', 12.5, 25, 'task-2');
  await dub('tts-2', 95.25, 190, 'task-3');
  await consume('video-1', {
    points: 800,
    source_type: 'video',
    source_id: 'task-4',
    consumption_id: 'demo-video-1',
    settle_within: 3_600,
  });
  await command('video-1-settled', {
    type: 'SettleConsumption',
    data: { user_id, consumption_id: 'demo-video-1', points: 640, duration: 30.25 },
  });
  await consume('clone-1', {
    points: 300,
    source_type: 'voice_clone',
    source_id: 'task-5',
    consumption_id: 'demo-clone-1',
  });
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

/**
 * A video that cost more than the balance, whose debt the next recharge pays, and a payment that was
 * charged back after some of its points were spent.
 */
async function aUserWhoOwes(
  command: Say,
  nowMs: number,
  priced: ReadonlySet<string>,
): Promise<void> {
  const user_id = DEMO_USERS[3];
  const recharge = (id: string, points: number, expires_at: string | null, recharge_id: string) =>
    command(id, {
      type: 'RechargePoints',
      data: { user_id, points, expires_at, source_id: recharge_id, recharge_id },
    });
  await recharge('recharge-3', 100, null, 'order-2001');
  await command('video-3', {
    type: 'ConsumePoints',
    data: {
      user_id,
      points: 100,
      source_type: 'video',
      source_id: 'task-7',
      consumption_id: 'demo-video-3',
      settle_within: 3_600,
    },
  });
  await command('video-3-settled', {
    type: 'SettleConsumption',
    data: { user_id, consumption_id: 'demo-video-3', points: 130, duration: 26.5 },
  });
  await recharge('recharge-4', 50, null, 'order-2002');
  await recharge('recharge-5', 200, inDays(nowMs, 90), 'order-2003');
  await command('translate-1', {
    type: 'ConsumePoints',
    data: {
      user_id,
      source_id: 'task-8',
      ...(priced.has('translate')
        ? { source_type: 'translate', quantity: 2_480 }
        : { source_type: 'script', points: 25 }),
    },
  });
  await command('recharge-5-reversed', {
    type: 'ReverseRecharge',
    data: { user_id, recharge_id: 'order-2003', cause: 'chargeback' },
  });
}

type ConsumeData = Extract<CommandBody, { type: 'ConsumePoints' }>['data'];
