import { AccountCommandProcessor, toLedgerCommand } from '#commands';
import type { CommandBody } from '#contracts';
import type { EventStore } from '#event-store';
import { DEFAULT_POLICY, type CommandType, type Policy } from '#ledger';

// A ledger as services and people would have written it, through the desk: every kind of command and
// of event, in several accounts side by side.

export const ANNA = '0a000000-0000-4000-8000-000000000001';
export const BO = '7b000000-0000-4000-8000-000000000002';
export const CHEN = 'fc000000-0000-4000-8000-000000000003';
export const USERS = [ANNA, BO, CHEN] as const;

export const streamOf = (user: string): string => `points-${user}`;

/** Days after the first one, with a time of day. */
export const on = (day: number, clock = '12:00'): string =>
  new Date(
    Date.UTC(2030, 0, 1 + day, Number(clock.slice(0, 2)), Number(clock.slice(3))),
  ).toISOString();

export interface Sent {
  readonly id: string;
  readonly type: CommandType;
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const recharge = (id: string, at: string, points: number, expires_at: string | null): Sent => ({
  id,
  type: 'RechargePoints',
  at,
  data: { points, expires_at, source_id: `order-${id}` },
});

const consume = (id: string, at: string, points: number, more: object = {}): Sent => ({
  id,
  type: 'ConsumePoints',
  at,
  data: { points, source_type: 'tts', source_id: `clip-${id}`, ...more },
});

const settle = (id: string, at: string, consumption_id: string, points: number): Sent => ({
  id,
  type: 'SettleConsumption',
  at,
  data: { consumption_id, points, duration: points / 2 },
});

const refund = (id: string, at: string, consumption_id: string, points?: number): Sent => ({
  id,
  type: 'RefundPoints',
  at,
  data: { consumption_id, ...(points !== undefined && { points, reason: '声音有杂音' }) },
});

const OPEN = { settle_within: 3600 };

/** Every event that there is, every way a pre-deduction ends, points that come back into a grace batch. */
export const STORY: readonly Sent[] = [
  recharge('r1', on(0), 1_000, null),
  recharge('r2', on(0, '12:30'), 50, on(10)),
  consume('c1', on(1), 60, { duration: 12.5 }),
  consume('c2', on(1, '13:00'), 100, OPEN),
  settle('s2', on(1, '13:10'), 'c2', 80),
  consume('c3', on(2), 100, OPEN),
  settle('s3', on(2, '12:20'), 'c3', 130),
  consume('c4', on(2, '14:00'), 40, OPEN),
  refund('x4', on(2, '14:10'), 'c4'),
  consume('c5', on(3), 30, OPEN),
  consume('c6', on(3, '15:00'), 1),
  settle('s5', on(3, '16:00'), 'c5', 20),
  consume('c7', on(4), 5_000),
  refund('x1', on(5), 'c1', 15),
  refund('x1b', on(5, '13:00'), 'c1', 100),
  recharge('r3', on(6), 25, on(8)),
  { id: 'e1', type: 'ExpirePoints', at: on(9), data: {} },
  consume('c8', on(20), 3, { source_type: 'script' }),
];

/** Runs a story on every user, all of them step by step side by side. */
export async function tell(
  store: EventStore,
  {
    users = USERS,
    story = STORY,
    policy = DEFAULT_POLICY,
  }: {
    readonly users?: readonly string[];
    readonly story?: readonly Sent[];
    readonly policy?: Policy;
  } = {},
): Promise<void> {
  const desk = new AccountCommandProcessor({ store, policy });
  for (const { id, type, at, data } of story) {
    for (const user of users) {
      const body = { type, data: { user_id: user, ...data } } as CommandBody;
      const command = toLedgerCommand({ ...body, source: '/spec', id }, at);
      await desk.run(command, { correlation: `${user} ${id}` });
    }
  }
  await desk.drain(5_000);
}
