import type { CommandType } from '#contracts';
import type { EventStore } from '#event-store';
import { DEFAULT_POLICY, type Policy } from '#ledger';
import { WriterBeforeSettings } from './ledger-writer.js';

// A ledger as services and users would have written it: every kind of command and event, in several
// accounts at the same time.

export const ANNA = '0a000000-0000-4000-8000-000000000001';
export const BO = '7b000000-0000-4000-8000-000000000002';
export const CHEN = 'fc000000-0000-4000-8000-000000000003';
export const USERS = [ANNA, BO, CHEN] as const;

/** A moment of the given day, counted from the first day of the ledger. */
export const dayTime = (day: number, clock = '12:00'): string =>
  new Date(
    Date.UTC(2030, 0, 1 + day, Number(clock.slice(0, 2)), Number(clock.slice(3))),
  ).toISOString();

export interface SampleCommand {
  readonly id: string;
  readonly type: CommandType;
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const recharge = (
  id: string,
  at: string,
  points: number,
  expires_at: string | null,
): SampleCommand => ({
  id,
  type: 'RechargePoints',
  at,
  data: { points, expires_at, source_id: `order-${id}` },
});

const consume = (id: string, at: string, points: number, more: object = {}): SampleCommand => ({
  id,
  type: 'ConsumePoints',
  at,
  data: { points, source_type: 'tts', source_id: `clip-${id}`, ...more },
});

const settle = (id: string, at: string, consumption_id: string, points: number): SampleCommand => ({
  id,
  type: 'SettleConsumption',
  at,
  data: { consumption_id, points, duration: points / 2 },
});

const refund = (
  id: string,
  at: string,
  consumption_id: string,
  points?: number,
): SampleCommand => ({
  id,
  type: 'RefundPoints',
  at,
  data: { consumption_id, ...(points !== undefined && { points, reason: '声音有杂音' }) },
});

const OPEN = { settle_within: 3600 };

/** Gives every type of event, every end of a pre-deduction, and a refund into a grace batch. */
export const SAMPLE_COMMANDS: readonly SampleCommand[] = [
  recharge('r1', dayTime(0), 1_000, null),
  recharge('r2', dayTime(0, '12:30'), 50, dayTime(10)),
  consume('c1', dayTime(1), 60, { duration: 12.5 }),
  consume('c2', dayTime(1, '13:00'), 100, OPEN),
  settle('s2', dayTime(1, '13:10'), 'c2', 80),
  consume('c3', dayTime(2), 100, OPEN),
  settle('s3', dayTime(2, '12:20'), 'c3', 130),
  consume('c4', dayTime(2, '14:00'), 40, OPEN),
  refund('x4', dayTime(2, '14:10'), 'c4'),
  consume('c5', dayTime(3), 30, OPEN),
  consume('c6', dayTime(3, '15:00'), 1),
  settle('s5', dayTime(3, '16:00'), 'c5', 20),
  consume('c7', dayTime(4), 5_000),
  refund('x1', dayTime(5), 'c1', 15),
  refund('x1b', dayTime(5, '13:00'), 'c1', 100),
  recharge('r3', dayTime(6), 25, dayTime(8)),
  { id: 'e1', type: 'ExpirePoints', at: dayTime(9), data: {} },
  consume('c8', dayTime(20), 3, { source_type: 'script' }),
];

/**
 * Runs the commands for every user, one command for all users before the next one, as processes did
 * before there were settings.
 */
export async function writeSampleLedger(
  store: EventStore,
  {
    users = USERS,
    commands = SAMPLE_COMMANDS,
    policy = DEFAULT_POLICY,
  }: {
    readonly users?: readonly string[];
    readonly commands?: readonly SampleCommand[];
    readonly policy?: Policy;
  } = {},
): Promise<void> {
  const writer = new WriterBeforeSettings(store, policy);
  for (const { data, ...command } of commands) {
    for (const user of users) {
      const sent = { ...command, source: '/spec', data: { user_id: user, ...data } };
      await writer.run(sent, `${user} ${command.id}`);
    }
  }
}
