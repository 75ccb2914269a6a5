import { execSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import {
  AccountCommandProcessor,
  RetryableCommandError,
  type CommandResult,
  toLedgerCommand,
} from '#commands';
import { EventStoreDbEventStore } from '#event-store';
import { CHAIN_START, accountStream, chainHash } from '#identity';
import { parseEvent, type LedgerCommand } from '#ledger';
import { eventStoreUrlFromEnv } from '#testing';
import { fixedSettings } from '#settings/testing';
import { startDoubleProcess, type DoubleProcess } from './double-process.js';

// The server is repeatedly killed and started again under load. Without TEST_EVENTSTORE_URL and
// TEST_EVENTSTORE_RESTART it is the test double in a separate process.

const SECONDS = Number(process.env['TEST_EVENTSTORE_SECONDS'] ?? '6');
const RESTART_EVERY_MS = 1_500;
const USERS = 6;
const TRIES_MAX = 500;
jest.setTimeout((SECONDS + 300) * 1_000);

let double: DoubleProcess | null = null;
let url = '';
let restart = '';
beforeAll(async () => {
  const named = eventStoreUrlFromEnv();
  if (named === null) double = await startDoubleProcess();
  url = named ?? double?.url ?? '';
  restart = process.env['TEST_EVENTSTORE_RESTART'] ?? double?.restart ?? '';
});
afterAll(() => double?.stop());

/** Sends the command again until it is answered, as an intake does. */
async function untilAnswered(
  processors: readonly AccountCommandProcessor[],
  command: LedgerCommand,
): Promise<CommandResult> {
  for (let tries = 0; ; tries += 1) {
    try {
      const processor = processors[tries % processors.length];
      if (processor === undefined) throw new Error('no processor');
      return await processor.run(command, { correlation: command.commandId });
    } catch (error) {
      if (!(error instanceof RetryableCommandError) || tries > TRIES_MAX) throw error;
    }
  }
}

describe('An EventStoreDB that is killed under load', () => {
  it('has each command once, with one answer, and every hash chain unbroken', async () => {
    const open = () => new EventStoreDbEventStore(url, { streamPrefixes: ['points-'] });
    const stores = [open(), open()];
    const processors = stores.map(
      (store) => new AccountCommandProcessor({ store, settings: fixedSettings({ rules: 2 }) }),
    );
    const until = Date.now() + SECONDS * 1_000;
    const at = new Date().toISOString();
    let restarts = 0;
    const crash = async (): Promise<void> => {
      while (Date.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, RESTART_EVERY_MS));
        execSync(restart, { stdio: 'ignore' });
        restarts += 1;
      }
    };
    const send = async () => {
      const user_id = randomUUID();
      const answers: CommandResult[] = [];
      for (let n = 0; Date.now() < until || n < 10; n += 1) {
        const data = { user_id, points: 1, expires_at: null };
        const body = { type: 'RechargePoints', data, source: '/crashes', id: `r${n}` } as const;
        const command = toLedgerCommand(body, at);
        const order = n % 2 === 0 ? processors : processors.toReversed();
        const [answer] = await Promise.all([
          untilAnswered(order, command),
          // Sometimes another process receives the same message.
          ...(n % 5 === 0 ? [untilAnswered(order.toReversed(), command)] : []),
        ]);
        answers.push(answer);
      }
      return { user_id, answers };
    };
    const [sent] = await Promise.all([Promise.all(Array.from({ length: USERS }, send)), crash()]);
    expect(restarts).toBeGreaterThan(1);
    const [reader] = stores;
    if (reader === undefined) throw new Error('no store');
    for (const { user_id, answers } of sent) {
      let before = CHAIN_START;
      let events = 0;
      for await (const event of reader.readStream(accountStream(user_id))) {
        before = chainHash(before, event);
        expect(Buffer.from(event.hash)).toEqual(Buffer.from(before));
        expect(parseEvent(event).balanceAfter).toBe(events + 1);
        events += 1;
      }
      expect(events).toBe(answers.length);
      expect(answers.map(({ answer }) => answer.balance)).toEqual(answers.map((_, n) => n + 1));
    }
    await Promise.all(processors.map((processor) => processor.drain(1_000)));
    await Promise.all(stores.map((store) => store.close()));
  });
});
