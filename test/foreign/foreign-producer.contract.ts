import { randomUUID } from 'node:crypto';
import { TOPICS, commandMessage, type CommandBody, type CommandOutcome } from '#contracts';
import type { OutgoingMessage } from '#kafka';
import type { IntakeStack } from '../faults/intake-stack.js';
import {
  FOREIGN_CODECS,
  TRANSACTION_MODES,
  foreignCommand,
  type ForeignCodec,
  type ForeignMessage,
  type TransactionMode,
} from './foreign-message.js';

/** Returns the number of messages that arrived, by partition. */
export type Publish = (
  messages: readonly ForeignMessage[],
) => Promise<Readonly<Record<string, number>>>;

export const rechargeOf = (user_id: string, points: number): CommandBody => ({
  type: 'RechargePoints',
  data: { user_id, points, expires_at: null },
});
const consumeOf = (user_id: string, points: number): CommandBody => ({
  type: 'ConsumePoints',
  data: { user_id, points, source_type: 'script' },
});

export const messageOf = (body: CommandBody, id: string) =>
  commandMessage(body, { id, source: '/foreign' });

export const outcomesIn = (sent: readonly OutgoingMessage[]): CommandOutcome[] =>
  sent
    .filter(({ topic }) => topic === TOPICS.outcomes)
    .map(({ value }) => JSON.parse(String(value)) as CommandOutcome);

const COMMANDS_EACH = 40;
const combinations = FOREIGN_CODECS.flatMap((codec) =>
  TRANSACTION_MODES.map((way) => ({ codec, way })),
);

/** Each combination has its own user, with a recharge of 1,000 points and 40 consumptions of one point. */
function commandsOf(user: string, codec: ForeignCodec, way: TransactionMode): ForeignMessage[] {
  const bodies = [
    rechargeOf(user, 1_000),
    ...Array.from({ length: COMMANDS_EACH }, () => consumeOf(user, 1)),
  ];
  return bodies.map((body, at) => foreignCommand(messageOf(body, `${user}-${at}`), codec, way));
}

export function executesCommandsFrom(lab: IntakeStack, publish: Publish): void {
  it('is executed with every codec, and not executed when its transaction is aborted', async () => {
    const users = combinations.map((way) => ({ ...way, user: randomUUID() }));
    const messages = users.flatMap(({ user, codec, way }) => commandsOf(user, codec, way));
    const partitions = await publish(messages);
    expect(Object.values(partitions).reduce((sum, count) => sum + count, 0)).toBe(messages.length);
    expect(Object.keys(partitions).length).toBeGreaterThan(1);
    await lab.waitUntilCommitted();
    const { sent, recorded } = await lab.resultsOf(users.map(({ user }) => user));
    for (const { user, way } of users) {
      const outcomes = outcomesIn(sent).filter(({ user_id }) => user_id === user);
      const events = recorded.filter(({ stream }) => stream.endsWith(user));
      if (way === 'abort') {
        expect(outcomes).toEqual([]);
        expect(events).toEqual([]);
        continue;
      }
      expect(outcomes.map(({ command_id }) => command_id)).toEqual(
        Array.from({ length: COMMANDS_EACH + 1 }, (_, at) => `${user}-${at}`),
      );
      expect(outcomes.every(({ status }) => status === 'accepted')).toBe(true);
      expect(outcomes.at(-1)?.balance).toBe(1_000 - COMMANDS_EACH);
      expect(events).toHaveLength(COMMANDS_EACH + 1);
    }
  });
}
