import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { CommandBody, CommandOutcome } from '#contracts';
import { AccountCommandProcessor, toLedgerCommand } from '#commands';
import { openMigratedEventStore } from '#event-store';
import { accountStream, digestedData } from '#identity';
import { SettingsReader, type SettingsSource } from '#settings';
import type { LedgerAddresses } from '../../stack/src/addresses.js';
import { seedDemo } from '../../stack/src/demo.js';
import { STACK_VARIABLE } from './stack.setup.js';

interface Stack {
  readonly api: string;
  readonly addresses: LedgerAddresses;
  readonly secret: string;
}

const stack = (): Stack => JSON.parse(process.env[STACK_VARIABLE] ?? '{}') as Stack;

export const apiUrl = (): string => stack().api;

/** Every test has its own user. */
export const newUser = (): string => randomUUID();

export type Role = 'user' | 'service' | 'auditor' | 'admin';

export function tokenOf(subject: string, role: Role, seconds = 3_600): Promise<string> {
  return new SignJWT({ roles: [role] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(subject)
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(new TextEncoder().encode(stack().secret));
}

/** Sends a command over HTTP, as a service does. The answer is durable. */
export async function send(body: CommandBody, id: string = randomUUID()): Promise<CommandOutcome> {
  const response = await fetch(`${apiUrl()}/v1/commands/${body.type}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await tokenOf('browser-tests', 'service')}`,
      'content-type': 'application/json',
      'idempotency-key': id,
    },
    body: JSON.stringify(body.data),
  });
  if (!response.ok) throw new Error(`${body.type} ${id}: ${await response.text()}`);
  return (await response.json()) as CommandOutcome;
}

export const recharge = (user_id: string, points: number, expires_at: string | null = null) =>
  send({ type: 'RechargePoints', data: { user_id, points, expires_at } });

type ConsumeData = Extract<CommandBody, { type: 'ConsumePoints' }>['data'];

export const consume = (user_id: string, points: number, overrides: Partial<ConsumeData> = {}) =>
  send({ type: 'ConsumePoints', data: { user_id, points, source_type: 'script', ...overrides } });

/** Records many small rows of 1, 2, 3 … points, oldest first. */
export async function consumeMany(user_id: string, count: number): Promise<void> {
  await recharge(user_id, 1_000_000);
  for (let points = 1; points <= count; points += 1) await consume(user_id, points);
}

export interface PastCommand {
  readonly at: Date;
  readonly body: CommandBody;
  readonly id?: string;
}

/**
 * Records commands at times in the past, decided by the real rules, in the real store. null: by the settings
 * of the stack.
 */
export async function recordPastCommands(
  commands: readonly PastCommand[],
  settings: SettingsSource | null = null,
): Promise<void> {
  const store = openMigratedEventStore(stack().addresses.of.api.eventStore);
  const reader = new SettingsReader({ store });
  const processor = new AccountCommandProcessor({ store, settings: settings ?? reader });
  try {
    for (const { at, body, id = randomUUID() } of commands) {
      const sent = { ...body, source: '/history', id };
      const { answer } = await processor.run(toLedgerCommand(sent, at.toISOString()), {
        correlation: id,
        data: digestedData(body.data),
      });
      if (answer.status !== 'accepted') throw new Error(`${id} was refused: ${answer.code}`);
    }
  } finally {
    await processor.drain(5_000);
    await store.close();
  }
}

/** Writes a record that is not an event at the next revision of the user's stream. */
export async function storeUndecodableEvent(user_id: string, revision: number): Promise<void> {
  const store = openMigratedEventStore(stack().addresses.of.api.eventStore);
  try {
    const [type, data, meta] = ['PointsRecharged', '{', '{"v":1}'];
    const event = { id: randomUUID(), type, data, meta, hash: new Uint8Array(32) };
    const result = await store.append(accountStream(user_id), revision - 1, [event]);
    if (result.kind !== 'ok') throw new Error(`not damaged: ${result.kind}`);
  } finally {
    await store.close();
  }
}

/** Sends the demo's commands over HTTP. Their ids are fixed, so that they can be sent repeatedly. */
export const seedDemoData = (): Promise<number> => seedDemo(send, Date.now());
