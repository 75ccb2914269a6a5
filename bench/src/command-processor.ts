import { AccountCommandProcessor } from '#commands';
import { commandIdOf } from '#identity';
import { MemoryEventStore } from '#event-store/testing';
import { type LedgerCommand } from '#ledger';
import { fixedSettings } from '#settings/testing';

const START_MS = Date.parse('2030-01-01T00:00:00.000Z');
const USERS = 10_000;
const COMMANDS = 100_000;
const RUNS = 3;

/** The commands arrive as in an intake, over several partitions in batches. */
const PARTITIONS = 4;
const BATCH = 250;

/** Measures the command processor on the memory store, from the typed command to the durable answer. */
export async function commandProcessorBench(): Promise<Record<string, number>> {
  const spread: number[] = [];
  const hot: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    spread.push(await commandsPerSecond(USERS));
    hot.push(await commandsPerSecond(1));
  }
  return { desk_spread_per_s: Math.max(...spread), desk_hot_per_s: Math.max(...hot) };
}

async function commandsPerSecond(users: number): Promise<number> {
  const store = new MemoryEventStore();
  const processor = new AccountCommandProcessor({ store, settings: fixedSettings() });
  const userIds = Array.from({ length: users }, (_, n) => userOf(n));
  await sendAll(
    processor,
    userIds.map((userId) => recharge(userId)),
  );
  const commands = Array.from({ length: COMMANDS }, (_, i) =>
    consume(userIds[i % users] as string, i),
  );
  const started = performance.now();
  await sendAll(processor, commands);
  const seconds = (performance.now() - started) / 1000;
  await processor.drain(1_000);
  return commands.length / seconds;
}

async function sendAll(
  processor: AccountCommandProcessor,
  commands: readonly LedgerCommand[],
): Promise<void> {
  let next = 0;
  const partition = async (): Promise<void> => {
    while (next < commands.length) {
      const batch = commands.slice(next, (next += BATCH));
      await Promise.all(batch.map((command) => send(processor, command)));
    }
  };
  await Promise.all(Array.from({ length: PARTITIONS }, partition));
}

async function send(processor: AccountCommandProcessor, command: LedgerCommand): Promise<void> {
  const { answer } = await processor.run(command, { correlation: command.id });
  if (answer.status !== 'accepted') throw new Error(`${command.id}: ${answer.code}`);
}

const userOf = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

const envelope = (userId: string, id: string, at: number) => ({
  userId,
  source: '/bench',
  id,
  commandId: commandIdOf(userId, '/bench', id),
  digest: 'd'.repeat(64),
  at: new Date(START_MS + at).toISOString(),
});

const recharge = (userId: string): LedgerCommand => ({
  ...envelope(userId, 'recharge', 0),
  type: 'RechargePoints',
  rechargeId: null,
  points: 1_000_000_000,
  expiresAt: null,
  priority: 50,
  sourceId: null,
});

const consume = (userId: string, i: number): LedgerCommand => ({
  ...envelope(userId, `task-${i}`, i),
  type: 'ConsumePoints',
  quantity: null,
  overrun: null,
  onTimeout: null,
  sourceType: 'script',
  points: 1 + (i % 7),
  sourceId: `task-${i}`,
  duration: null,
  consumptionId: `task-${i}`,
  settleWithin: null,
});
