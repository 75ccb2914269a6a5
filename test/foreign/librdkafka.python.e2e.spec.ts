import { randomUUID } from 'node:crypto';
import { TOPICS, type CommandOutcome } from '#contracts';
import { IntakeStack } from '../faults/intake-stack.js';
import type { IntakeProcess } from '../faults/intake-process.js';
import { foreignCommand, toLines, type ForeignMessage } from './foreign-message.js';
import { runPython } from './run-program.js';
import {
  executesCommandsFrom,
  messageOf,
  outcomesIn,
  rechargeOf,
  type Publish,
} from './foreign-producer.contract.js';

const SEND_MS_MAX = 150_000;
const BOMB_BYTES = 40 * 1024 * 1024;
const HEADERS = 12_000;
const QUICK_MS_MAX = 10_000;

describe('A message of librdkafka', () => {
  const lab = new IntakeStack();
  let intake: IntakeProcess;

  beforeAll(async () => {
    await lab.open();
    intake = await lab.startIntake();
  });
  afterAll(() => lab.close(), 60_000);

  const python = async (script: string, args: readonly string[], input = ''): Promise<string> => {
    const all = ['--brokers', lab.brokers.join(','), ...args];
    const { code, stdout, stderr } = await runPython(script, all, { msMax: SEND_MS_MAX, input });
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };

  const publish: Publish = async (messages) => {
    const counts = await python('produce.py', ['--topic', TOPICS.commands], toLines(messages));
    return JSON.parse(counts) as Record<string, number>;
  };

  const memoryMb = async (): Promise<number> =>
    (await intake.metric('process_resident_memory_bytes')) / 2 ** 20;

  executesCommandsFrom(lab, publish);

  it('is answered with outcomes that librdkafka can read', async () => {
    const user = randomUUID();
    await publish([foreignCommand(messageOf(rechargeOf(user, 5), `${user}-only`), 'zstd')]);
    await lab.waitUntilCommitted();
    const { sent } = await lab.resultsOf([user]);
    const [outcome] = outcomesIn(sent);
    const args = [
      '--topic',
      TOPICS.outcomes,
      '--count',
      String(await lab.messagesIn(TOPICS.outcomes)),
    ];
    const read = (await python('consume.py', args))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { key: string; value: string; headers: object })
      .filter(({ key }) => key === user);
    expect(read).toHaveLength(1);
    expect(JSON.parse(read[0]?.value ?? '') as CommandOutcome).toEqual(outcome);
    expect(read[0]?.headers).toMatchObject({
      ce_source: 'points-ledger',
      ce_type: 'points.CommandOutcome.v1',
    });
  });

  it('is a dead letter when it decompresses beyond the limit, and the partition continues', async () => {
    const user = randomUUID();
    const before = await memoryMb();
    const bombs = (['gzip', 'lz4', 'zstd'] as const).map((codec): ForeignMessage => ({
      codec,
      transaction: 'plain',
      key: user,
      value: BOMB_BYTES,
      headers: [],
    }));
    const command = foreignCommand(messageOf(rechargeOf(user, 5), `${user}-next`), 'lz4');
    await publish([...bombs, command]);
    await lab.waitUntilCommitted();
    const { sent } = await lab.resultsOf([user]);
    expect(outcomesIn(sent)).toMatchObject([{ status: 'accepted', balance: 5 }]);
    const letters = await lab.deadLetters('Undecodable');
    expect(letters.map(({ headers }) => String(headers['dead-codec']))).toEqual([
      'gzip',
      'lz4',
      'zstd',
    ]);
    for (const { headers, value } of letters) {
      expect(String(headers['dead-detail'])).toMatch(/decompresses to more than 33554432 bytes/);
      expect(String(headers['dead-topic'])).toBe(TOPICS.commands);
      expect(headers['dead-offset']).toEqual(headers['dead-last-offset']);
      expect(value?.length).toBeLessThan(1_000_000);
    }
    expect(await intake.metric('ledger_dead_letters_total', 'reason="Undecodable"')).toBe(3);
    expect((await memoryMb()) - before).toBeLessThan(250);
  });

  it('is a dead letter when it has thousands of headers, and does not delay the messages after it', async () => {
    const user = randomUUID();
    const good = foreignCommand(messageOf(rechargeOf(user, 5), `${user}-good`), 'none');
    const more = Array.from({ length: HEADERS }, (_, at) => [`h${at}`, ''] as const);
    const headers = [...good.headers, ...more];
    const next = foreignCommand(messageOf(rechargeOf(user, 7), `${user}-next`), 'none');
    await publish([{ ...good, headers }, next]);
    const startedAt = performance.now();
    await lab.waitUntilCommitted();
    expect(performance.now() - startedAt).toBeLessThan(QUICK_MS_MAX);
    const { sent } = await lab.resultsOf([user]);
    expect(outcomesIn(sent)).toMatchObject([{ command_id: `${user}-next`, balance: 7 }]);
    const [letter] = sent.filter(({ topic }) => topic === TOPICS.dead);
    expect(String(letter?.headers?.['dead-reason'])).toBe('Invalid');
    expect(String(letter?.headers?.['dead-detail'])).toMatch(/has 12005 headers/);
    expect(String(letter?.headers?.['ce_id'])).toBe(`${user}-good`);
  });
});
