import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { TOPICS } from '#contracts';
import { connectKafka } from '#kafka';
import { runDeadLetters } from '../../apps/dead-letters/src/program.js';
import type { DeadLetter } from '../../apps/dead-letters/src/dead-letter.js';
import { eventuallyHolds } from '#testing';
import { IntakeStack, GROUP } from '../faults/intake-stack.js';
import { messageOf, outcomesIn, rechargeOf } from '../foreign/foreign-producer.contract.js';

const GZIP = 1;
const SMALL_BATCHES = { SENDERS: 'anybody', KAFKA_BATCH_BYTES_MAX: String(1024 * 1024) };

describe('npm run dead-letters', () => {
  const lab = new IntakeStack();
  const [user, other, third] = [randomUUID(), randomUUID(), randomUUID()];
  let stoodStill = '';

  /** One message batch with two valid commands, and so many zeros that it decompresses beyond the limit. */
  async function publishLargeBatch(): Promise<void> {
    const producer = connectKafka({ brokers: lab.brokers, clientId: 'test' }).producer({});
    await producer.connect();
    const good = [5, 7].map((points) => messageOf(rechargeOf(user, points), `${user}-${points}`));
    // Each message alone is small enough for the topic, and is not a valid command.
    const zeros = Array.from({ length: 2 }, () => ({ key: user, value: Buffer.alloc(900_000) }));
    const messages = [...good, ...zeros].map((message) => ({ ...message, partition: 0 }));
    await producer.send({ topic: TOPICS.commands, compression: GZIP, messages });
    await producer.disconnect();
  }

  /** While partition 0 is halted, a command of partition 1 is executed. */
  async function healthOfAHaltedIntake(): Promise<string> {
    const intake = await lab.startIntake(GROUP, {
      ...SMALL_BATCHES,
      KAFKA_UNDECODABLE: 'stand-still',
    });
    await publishLargeBatch();
    await eventuallyHolds(
      'the intake reports a halted partition',
      async () => (await intake.healthOf('partitions')).state === 'red',
    );
    const producer = connectKafka({ brokers: lab.brokers, clientId: 'test' }).producer({});
    await producer.connect();
    const command = messageOf(rechargeOf(third, 3), `${third}-meanwhile`);
    await producer.send({ topic: TOPICS.commands, messages: [{ ...command, partition: 1 }] });
    await producer.disconnect();
    await eventuallyHolds('the other partition continues', async () => {
      const { sent } = await lab.resultsOf([third]);
      return outcomesIn(sent).length === 1;
    });
    const { reason = '' } = await intake.healthOf('partitions');
    intake.signal('SIGTERM');
    await intake.ended;
    return reason;
  }

  async function run(...args: readonly string[]) {
    const [out, err] = [new PassThrough(), new PassThrough()];
    const said = Promise.all([text(out), text(err)]);
    const env = { KAFKA_BROKERS: lab.brokers.join(',') };
    const status = await runDeadLetters(args, { env, terminal: { out, err } });
    out.end();
    err.end();
    const [lines, complaints] = await said;
    return { status, lines, complaints };
  }

  const listed = async (...args: readonly string[]): Promise<DeadLetter[]> => {
    const { lines } = await run('list', '--json', ...args);
    return lines
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as DeadLetter);
  };

  beforeAll(async () => {
    await lab.open();
    stoodStill = await healthOfAHaltedIntake();
    const intake = await lab.startIntake(GROUP, SMALL_BATCHES);
    const invalid = messageOf(rechargeOf(other, 5), `${other}-invalid`);
    await lab.publish([
      { ...invalid, value: '{"user_id": 5}', headers: { ...invalid.headers, own: 'kept' } },
    ]);
    await lab.waitUntilCommitted();
    intake.signal('SIGTERM');
    await intake.ended;
  });
  afterAll(() => lab.close(), 60_000);

  it('has letters only after the operator allowed them: until then this partition alone is halted', () => {
    expect(stoodStill).toMatch(
      /^partition 0 is halted at offset 0 \(KAFKA_UNDECODABLE=stand-still\): .*decompresses to more than 1048576 bytes/,
    );
  });

  it('lists letters by reason, time and user', async () => {
    const all = await listed();
    expect(all.map(({ reason }) => reason).sort()).toEqual(['Invalid', 'Undecodable']);
    const [batch] = await listed('--reason', 'Undecodable,Failed');
    expect(batch).toMatchObject({
      topic: TOPICS.commands,
      partition: '0',
      offset: '0',
      lastOffset: '3',
    });
    expect(await listed('--user', other.toUpperCase())).toMatchObject([
      { key: other, commandId: `${other}-invalid`, source: '/foreign', leftOut: null },
    ]);
    expect(await listed('--limit', '1')).toHaveLength(1);
    expect(await listed('--until', '2020-01-01')).toEqual([]);
    expect(await listed('--since', '2020-01-01T00:00:00+08:00')).toHaveLength(2);
    const { status, lines } = await run('list', '--reason', 'Invalid');
    expect(status).toBe(0);
    expect(lines).toMatch(new RegExp(`^letter .*\n\\d/\\d  .*  Invalid  .*${other}`));
    expect((await run('list', '--reason', 'None')).status).toBe(1);
  });

  it('shows the whole letter', async () => {
    const [{ id = '' } = {}] = await listed('--user', other);
    const { status, lines } = await run('show', id);
    expect(status).toBe(0);
    expect(lines).toContain(`key    ${other}`);
    expect(lines).toContain('header own: kept');
    expect(lines).toContain('header dead-reason: Invalid');
    expect(lines).toContain('{"user_id": 5}');
    const shown = JSON.parse((await run('show', '--json', id)).lines) as Record<string, unknown>;
    expect(Buffer.from(String(shown['valueBase64']), 'base64').toString()).toBe('{"user_id": 5}');
    expect(await run('show', '9/9')).toMatchObject({
      status: 1,
      complaints: 'Not found: 1 of 1.\n',
    });
    const nothing = { status: 1, complaints: 'No dead letter was found.\n' };
    expect(await run('list', '--until', '2020-01-01')).toMatchObject(nothing);
  });

  it('publishes nothing in a dry run, and nothing without a selection', async () => {
    const before = await lab.messagesIn(TOPICS.commands);
    const { status, lines } = await run('replay', '--all', '--dry-run');
    expect(status).toBe(0);
    expect(lines).toContain(
      '5 messages of 2 letters would be published to points.commands; 0 letters were not',
    );
    const unsaid = await run('replay');
    expect(unsaid).toMatchObject({ status: 2, lines: '' });
    expect(unsaid.complaints).toMatch(/Select letters/);
    expect(await lab.messagesIn(TOPICS.commands)).toBe(before);
  });

  it('publishes messages again unchanged, also those of a message batch, and valid commands are executed', async () => {
    const { status, lines } = await run('replay', '--all');
    expect(lines).toContain('5 messages of 2 letters were published to points.commands');
    expect(status).toBe(0);
    const intake = await lab.startIntake();
    await lab.waitUntilCommitted();
    const { messages, sent } = await lab.resultsOf([user, other]);
    expect(outcomesIn(sent).filter(({ user_id }) => user_id === user)).toMatchObject([
      { command_id: `${user}-5`, status: 'accepted', balance: 5 },
      { command_id: `${user}-7`, status: 'accepted', balance: 12 },
    ]);
    const again = messages.filter(({ key }) => String(key) === other);
    expect(again).toHaveLength(2);
    expect(again[1]?.headers).toEqual(again[0]?.headers);
    expect(again[1]?.value).toEqual(again[0]?.value);
    expect((await listed('--user', other)).map(({ reason }) => reason)).toEqual([
      'Invalid',
      'Invalid',
    ]);
    intake.signal('SIGTERM');
    await intake.ended;
  });

  it('skips letters that are incomplete or come from another topic', async () => {
    const producer = connectKafka({ brokers: lab.brokers, clientId: 'test' }).producer({});
    await producer.connect();
    const letter = (headers: Record<string, string>) => ({ key: user, value: '{}', headers });
    const place = { 'dead-reason': 'Failed', 'dead-partition': '0', 'dead-offset': '1' };
    await producer.send({
      topic: TOPICS.dead,
      messages: [
        letter({ ...place, 'dead-topic': TOPICS.outcomes }),
        letter({ ...place, 'dead-topic': TOPICS.commands, 'dead-left-out': 'the value' }),
        letter({ ...place, 'dead-topic': TOPICS.commands, 'dead-offset': 'none' }),
        letter({ ...place, 'dead-topic': TOPICS.commands, 'dead-last-offset': '9' }),
      ],
    });
    await producer.disconnect();
    const outcomes = await lab.messagesIn(TOPICS.outcomes);
    const { status, lines } = await run('replay', '--reason', 'Failed');
    expect(status).toBe(1);
    expect(lines).toMatch(/not published: it does not come from points\.commands/);
    expect(lines).toMatch(/not published: the letter does not hold all of it/);
    expect(lines).toMatch(/not published: its headers do not say where it comes from/);
    expect(lines).toMatch(/not published: it still can't be decoded: it is too short for a batch/);
    expect(lines).toContain(
      '0 messages of 0 letters were published to points.commands; 4 letters were not',
    );
    expect(await lab.messagesIn(TOPICS.outcomes)).toBe(outcomes);
  });

  it('prints its usage, and names invalid arguments', async () => {
    const help = await run('replay', '--help');
    expect(help.status).toBe(0);
    expect(help.lines).toMatch(/--dry-run[^]*Exit status: 0 done/);
    expect(await run('list', '--user', 'unknown')).toMatchObject({ status: 2 });
    expect(await run('show', 'first')).toMatchObject({ status: 2 });
    const [out, err] = [new PassThrough(), new PassThrough()];
    const said = text(err);
    const env = { DATA_DIR: '/nowhere' };
    expect(await runDeadLetters(['list'], { env, terminal: { out, err } })).toBe(2);
    err.end();
    expect(await said).toMatch(/KAFKA_BROKERS: is not set, and no local stack is running/);
  });
});
