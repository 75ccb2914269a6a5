import { AccountCommandProcessor, RetryableCommandError } from '#commands';
import { TOPICS, commandMessage, type CommandBody } from '#contracts';
import { MemoryEventStore, MemoryLog } from '#event-store/testing';
import type { IncomingMessage, IncomingMessages, OutgoingMessage } from '#kafka';
import { allowAnySender } from '#senders';
import { SettingsUnavailable, type SettingsSource } from '#settings';
import { fixedSettings, settingsInForceOf } from '#settings/testing';
import {
  IntakeConsumer,
  PartitionHaltedError,
  type IntakeConsumerOptions,
} from './intake.consumer.js';

const USER = '7f6a52b8-1f9d-4a59-9a51-0d6a3f0f2d11';
const NOW_MS = Date.parse('2030-01-01T00:00:00.000Z');

let offset = 0;

function messageOf(
  body: CommandBody,
  id: string,
  change: Partial<IncomingMessage> = {},
): IncomingMessage {
  const { key, value, headers } = commandMessage(body, { id, source: '/spec' });
  return {
    topic: TOPICS.commands,
    partition: 0,
    offset: String(offset++),
    key: Buffer.from(key),
    value: Buffer.from(value),
    headers,
    timestampMs: NOW_MS,
    ...change,
  };
}

const recharge = (points: number): CommandBody => ({
  type: 'RechargePoints',
  data: { user_id: USER, points, expires_at: null },
});

const consume = (points: number): CommandBody => ({
  type: 'ConsumePoints',
  data: { user_id: USER, points, source_type: 'tts', duration: 12.5 },
});

function open(change: Partial<IntakeConsumerOptions> = {}) {
  const log = new MemoryLog();
  const { settings = fixedSettings() } = change;
  const store = new MemoryEventStore({ log });
  const processor = new AccountCommandProcessor({ store, settings });
  const sent: OutgoingMessage[] = [];
  const intake = new IntakeConsumer({
    execute: (command, origin, options) => processor.run(command, origin, options),
    settings,
    senders: allowAnySender(),
    sink: { send: async (messages) => void sent.push(...messages) },
    clearCache: () => processor.clearCache(),
    now: () => NOW_MS,
    ...change,
  });
  const handle = (...messages: IncomingMessage[]) =>
    intake.handle(messages as unknown as IncomingMessages);
  return { intake, handle, sent };
}

const bodiesOf = (sent: readonly OutgoingMessage[], topic: string) =>
  sent
    .filter((message) => message.topic === topic)
    .map(({ value }) => JSON.parse(String(value)) as Record<string, unknown>);

const idsOf = (sent: readonly OutgoingMessage[]) => sent.map(({ headers }) => headers?.['ce_id']);

describe('The intake consumer', () => {
  it('answers the commands of a batch in their order', async () => {
    const { handle, sent } = open();
    const handled = await handle(
      messageOf(recharge(100), 'order-1'),
      messageOf(consume(40), 'job-1'),
      messageOf(consume(61), 'job-2'),
    );
    expect(handled).toEqual({ kind: 'all' });
    expect(bodiesOf(sent, TOPICS.outcomes)).toMatchObject([
      { command_id: 'order-1', status: 'accepted', balance: 100, replayed: false },
      { command_id: 'job-1', status: 'accepted', balance: 60, consumption_id: 'job-1' },
      { command_id: 'job-2', status: 'refused', code: 'InsufficientPoints', balance: 60 },
    ]);
  });

  it('answers a redelivered message as before, under the same id', async () => {
    const { handle, sent } = open();
    const message = messageOf(recharge(100), 'order-1');
    await handle(message);
    await handle(message);
    const [first, again] = bodiesOf(sent, TOPICS.outcomes);
    expect(again).toEqual({ ...first, replayed: true });
    expect(new Set(idsOf(sent)).size).toBe(1);
  });

  it('dead-letters a message that is not a command unchanged, and goes on', async () => {
    const { handle, sent } = open();
    const value = Buffer.from([0xff, 0x00, 0x7b]);
    const headers = { 'x-own': ['a', 'b'] };
    const poison = messageOf(recharge(1), 'x', { value, headers, key: null });
    const handled = await handle(poison, messageOf(recharge(5), 'order-1'));
    expect(handled).toEqual({ kind: 'all' });
    const [letter] = sent;
    expect(letter).toMatchObject({ topic: TOPICS.dead, key: null, value });
    expect(letter?.headers).toMatchObject({
      'x-own': ['a', 'b'],
      'dead-reason': 'Invalid',
      'dead-topic': TOPICS.commands,
      'dead-partition': '0',
      'dead-offset': poison.offset,
      'dead-time': '2030-01-01T00:00:00.000Z',
    });
    expect(bodiesOf(sent.slice(1), TOPICS.outcomes)).toMatchObject([{ command_id: 'order-1' }]);
  });

  it('publishes an outcome for an identifiable message with an invalid field', async () => {
    const { handle, sent } = open();
    await handle(messageOf(consume(0.5), 'job-1'));
    expect(sent.map(({ topic }) => topic)).toEqual([TOPICS.dead, TOPICS.outcomes]);
    expect(bodiesOf(sent, TOPICS.outcomes)).toMatchObject([
      { command_id: 'job-1', status: 'invalid', code: 'Invalid', balance: null },
    ]);
    expect(bodiesOf(sent, TOPICS.outcomes)[0]?.['detail']).toContain('points');
  });

  it('dead-letters a record whose timestamp is ahead of the ledger’s clock', async () => {
    const { handle, sent } = open();
    const minutes = 60_000;
    await handle(
      messageOf(recharge(1), 'just', { timestampMs: NOW_MS + 5 * minutes }),
      messageOf(recharge(1), 'ahead', { timestampMs: NOW_MS + 5 * minutes + 1 }),
    );
    const outcomes = bodiesOf(sent, TOPICS.outcomes);
    expect(outcomes).toMatchObject([
      { command_id: 'just', status: 'accepted' },
      { command_id: 'ahead', status: 'invalid' },
    ]);
    const letters = sent.filter(({ topic }) => topic === TOPICS.dead);
    expect(letters.map(({ headers }) => headers?.['dead-reason'])).toEqual(['ClockAhead']);
  });

  it.each([
    ['Invalid', -1],
    ['Invalid', -62_167_219_200_001],
    ['Invalid', Number.MIN_SAFE_INTEGER],
    ['Invalid', NaN],
    ['ClockAhead', 253_402_300_800_000],
    ['ClockAhead', 2 ** 63],
  ])(
    'dead-letters as %s a record with the timestamp %d, and publishes an outcome',
    async (reason, timestampMs) => {
      const { handle, sent } = open();
      expect(await handle(messageOf(recharge(1), 'odd', { timestampMs }))).toEqual({ kind: 'all' });
      const letters = sent.filter(({ topic }) => topic === TOPICS.dead);
      expect(letters.map(({ headers }) => headers?.['dead-reason'])).toEqual([reason]);
      expect(bodiesOf(sent, TOPICS.outcomes)).toMatchObject([
        { status: 'invalid', code: 'Invalid' },
      ]);
    },
  );

  it('dead-letters a command with an unknown field, and names the field in its outcome', async () => {
    const { handle, sent } = open();
    const data = { user_id: USER, points: 5, expires_at: null, expire_at: '2030-01-01T00:00:00Z' };
    const message = messageOf(recharge(5), 'typo');
    await handle({ ...message, value: Buffer.from(JSON.stringify(data)) });
    const letters = sent.filter(({ topic }) => topic === TOPICS.dead);
    expect(letters.map(({ headers }) => headers?.['dead-reason'])).toEqual(['Invalid']);
    expect(bodiesOf(sent, TOPICS.outcomes)).toMatchObject([
      { status: 'invalid', detail: 'expire_at is unknown here: leave it out', balance: null },
    ]);
  });

  it('reports as handled only the messages before the first unanswered command', async () => {
    let isAway = true;
    const { handle, sent } = open({
      execute: async (command, origin) => {
        if (isAway && command.id === 'second')
          throw new RetryableCommandError('store-away', 'away');
        return new AccountCommandProcessor({
          store: new MemoryEventStore(),
          settings: fixedSettings(),
        }).run(command, origin);
      },
    });
    const messages = [
      messageOf(recharge(1), 'first'),
      messageOf(recharge(2), 'second'),
      messageOf(recharge(3), 'third'),
    ] as const;
    expect(await handle(...messages)).toMatchObject({ kind: 'some', done: 1 });
    expect(bodiesOf(sent, TOPICS.outcomes)).toMatchObject([{ command_id: 'first' }]);
    isAway = false;
    expect(await handle(messages[1], messages[2])).toEqual({ kind: 'all' });
    expect(bodiesOf(sent, TOPICS.outcomes).map((one) => one['command_id'])).toEqual([
      'first',
      'second',
      'third',
    ]);
  });

  it('throws when outcomes are not acknowledged, so that the batch is redelivered', async () => {
    const { handle } = open({ sink: { send: () => Promise.reject(new Error('no Kafka')) } });
    await expect(handle(messageOf(recharge(1), 'first'))).rejects.toThrow('no Kafka');
  });

  it('dead-letters the one message that triggers a bug', async () => {
    const { intake: consumer, sent } = open();
    await consumer.sendToDeadLetters(messageOf(recharge(1), 'first'), new TypeError('ours'));
    expect(sent).toMatchObject([
      {
        topic: TOPICS.dead,
        headers: { 'dead-reason': 'Failed', 'dead-detail': 'TypeError: ours' },
      },
    ]);
  });

  it('goes on with other accounts of a partition when the stream of one was deleted or altered in the store', async () => {
    const log = new MemoryLog();
    const other = '0a6a52b8-1f9d-4a59-9a51-0d6a3f0f2d11';
    log.tombstone(`points-${USER}`);
    log.writeUnreadable(`points-${other}`);
    const store = new MemoryEventStore({ log });
    const processor = new AccountCommandProcessor({ store, settings: fixedSettings() });
    const { handle, sent } = open({ execute: (command, origin) => processor.run(command, origin) });
    const third = '0a6a52b8-1f9d-4a59-9a51-0d6a3f0f2d12';
    const rechargeOf = (user_id: string) =>
      ({ type: 'RechargePoints', data: { user_id, points: 2, expires_at: null } }) as const;
    const handled = await handle(
      messageOf(recharge(1), 'deleted'),
      messageOf(rechargeOf(other), 'bent'),
      messageOf(rechargeOf(third), 'on'),
    );
    expect(handled).toEqual({ kind: 'all' });
    const reasons = sent.map(({ headers }) => headers?.['dead-reason']);
    expect(reasons.filter((reason) => reason === 'AccountStopped')).toHaveLength(2);
    expect(bodiesOf(sent, TOPICS.outcomes)).toMatchObject([{ command_id: 'on', balance: 2 }]);
  });

  describe('a message that could not be decoded', () => {
    const bytes = Buffer.from('the bytes of a message batch');
    const batch = (): IncomingMessage => ({
      topic: TOPICS.commands,
      partition: 3,
      offset: '19',
      key: null,
      value: bytes,
      headers: {},
      timestampMs: NOW_MS,
      fault: {
        kind: 'undecodable',
        detail: 'its zstd is damaged',
        batch: { firstOffset: '11', codec: 'zstd', records: 9 },
      },
    });

    it('is dead-lettered with its bytes and the offsets of all its messages, and the others go on', async () => {
      const buried: unknown[] = [];
      const { handle, sent } = open({
        observer: {
          answered: () => undefined,
          deadLettered: (_, reason) => buried.push(reason),
          forbidden: () => undefined,
        },
      });
      const handled = await handle(batch(), messageOf(recharge(5), 'order-1'));
      expect(handled).toEqual({ kind: 'all' });
      expect(sent).toHaveLength(2);
      expect(sent[0]).toMatchObject({ topic: TOPICS.dead, key: null, value: bytes });
      expect(sent[0]?.headers).toMatchObject({
        'dead-reason': 'Undecodable',
        'dead-detail': 'its zstd is damaged',
        'dead-topic': TOPICS.commands,
        'dead-partition': '3',
        'dead-offset': '11',
        'dead-last-offset': '19',
        'dead-codec': 'zstd',
      });
      expect(buried).toEqual(['Undecodable']);
    });

    it('halts its partition when KAFKA_UNDECODABLE says so', async () => {
      const { handle, sent } = open({ undecodable: 'stand-still' });
      const handled = await handle(messageOf(recharge(5), 'order-1'), batch());
      expect(handled).toMatchObject({ kind: 'some', done: 1 });
      expect(handled.kind === 'some' && handled.cause).toBeInstanceOf(PartitionHaltedError);
      expect(sent.map(({ topic }) => topic)).toEqual([TOPICS.outcomes]);
    });

    it('is invalid when it has too many headers, even with a valid command', async () => {
      const { handle, sent } = open({ undecodable: 'stand-still' });
      const detail = 'the message has 12000 headers in 90000 bytes';
      const fault = { kind: 'headers', detail, batch: null } as const;
      const message = messageOf(recharge(5), 'order-1', { fault });
      expect(await handle(message)).toEqual({ kind: 'all' });
      expect(sent).toMatchObject([
        { topic: TOPICS.dead, key: message.key, value: message.value, headers: message.headers },
      ]);
      expect(sent[0]?.headers).toMatchObject({ 'dead-reason': 'Invalid', 'dead-detail': detail });
    });
  });

  it('dead-letters a message that is too large without its value, and says where to read it', async () => {
    const { handle, sent } = open();
    const place = { partition: 4, offset: '77' };
    const large = { value: Buffer.alloc(2_000_000), key: Buffer.alloc(5_000), ...place };
    await handle(messageOf(recharge(5), 'order-1', large));
    await handle(messageOf(recharge(5), 'order-1', { value: Buffer.alloc(100_000), ...place }));
    const leftOut = `the value (100000 bytes): read ${TOPICS.commands}, partition 4, offset 77`;
    expect(sent).toMatchObject([
      {
        key: null,
        value: null,
        headers: {
          'dead-reason': 'Invalid',
          'dead-left-out': `the key (5000 bytes) and the value (2000000 bytes): read ${TOPICS.commands}, partition 4, offset 77`,
        },
      },
      {
        value: Buffer.alloc(100_000),
        ifTooLarge: { value: null, headers: { 'dead-left-out': leftOut } },
      },
    ]);
    expect(sent[1]?.headers).not.toHaveProperty('dead-left-out');
  });

  it('dead-letters commands of a damaged account, and goes on with the other accounts of the partition', async () => {
    const log = new MemoryLog();
    const store = new MemoryEventStore({ log });
    const stream = `points-${USER}`;
    const bent = { id: USER, type: 'Nonsense', data: '{}', meta: '{}', hash: new Uint8Array(32) };
    await store.append(stream, -1, [bent]);
    const processor = new AccountCommandProcessor({ store, settings: fixedSettings() });
    const { handle, sent } = open({ execute: (command, origin) => processor.run(command, origin) });
    const other = '0a6a52b8-1f9d-4a59-9a51-0d6a3f0f2d11';
    const handled = await handle(
      messageOf(recharge(1), 'stopped'),
      messageOf(
        { type: 'RechargePoints', data: { user_id: other, points: 2, expires_at: null } },
        'on',
      ),
    );
    expect(handled).toEqual({ kind: 'all' });
    expect(sent[0]?.headers).toMatchObject({ 'dead-reason': 'AccountStopped' });
    expect(bodiesOf(sent, TOPICS.outcomes)).toMatchObject([{ command_id: 'on', balance: 2 }]);
  });
});

describe('The form of a message', () => {
  const SWITCH_MS = NOW_MS - 60_000;
  const before = settingsInForceOf({ rules: 1 });
  const after = settingsInForceOf({ version: 2, rules: 2 });

  /** Rules 2 from a minute ago on; `isKnown` says of which moments the settings are known. */
  const switching = (isKnown: (atMs: number) => boolean = () => true): SettingsSource => {
    const peek = (at: string) => {
      const atMs = Date.parse(at);
      if (!isKnown(atMs)) return null;
      return atMs < SWITCH_MS ? before : after;
    };
    return {
      peek,
      isTakeOverOn: () => false,
      inForceAt: async (at) => {
        const found = peek(at);
        if (found !== null) return found;
        throw new SettingsUnavailable('store-away', 'The settings could not be read');
      },
    };
  };

  const named = (id: string, timestampMs: number) =>
    messageOf(
      {
        type: 'RechargePoints',
        data: { user_id: USER, points: 5, expires_at: null, recharge_id: id },
      },
      id,
      { timestampMs },
    );
  const reversed = (id: string, timestampMs: number) =>
    messageOf(
      {
        type: 'ReverseRecharge',
        data: { user_id: USER, recharge_id: 'order-1', cause: 'mistake' },
      },
      id,
      { timestampMs },
    );

  it('is that of the rules in force when the broker stamped it', async () => {
    const { handle, sent } = open({ settings: switching() });
    await handle(
      named('early', SWITCH_MS - 1),
      reversed('too-early', SWITCH_MS - 1),
      named('order-1', SWITCH_MS),
      reversed('undone', SWITCH_MS),
    );
    expect(bodiesOf(sent, TOPICS.outcomes)).toMatchObject([
      {
        command_id: 'early',
        status: 'invalid',
        detail: expect.stringContaining('recharge_id') as string,
      },
      { command_id: 'order-1', status: 'accepted', recharge_id: 'order-1' },
      { command_id: 'undone', status: 'accepted', points: 5 },
    ]);
    const letters = sent.filter(({ topic }) => topic === TOPICS.dead);
    expect(letters.map(({ headers }) => headers?.['dead-reason'])).toEqual(['Invalid', 'Invalid']);
  });

  it('names every new field that is wrong in it, to the sender', async () => {
    const { handle, sent } = open({ settings: switching() });
    const written =
      `{"user_id":"${USER}","source_type":"chat","quantity":-0.5,"overrun":"later",` +
      '"on_timeout":"charge","metadata":{"job":7}}';
    const wrong = messageOf(consume(5), 'wrong', { value: Buffer.from(written) });
    await handle(wrong, { ...wrong, timestampMs: SWITCH_MS - 1 });
    const details = bodiesOf(sent, TOPICS.outcomes).map((outcome) => [
      outcome['status'],
      String(outcome['detail'])
        .split('; ')
        .map((fault) => fault.split(' ')[0])
        .sort(),
    ]);
    expect(details).toEqual([
      ['invalid', ['metadata', 'on_timeout', 'overrun', 'quantity']],
      ['invalid', ['metadata', 'on_timeout', 'overrun', 'points', 'quantity', 'source_type']],
    ]);
  });

  it('is that of now where it has no stamp, or one that is too far ahead', async () => {
    const { handle, sent } = open({ settings: switching((atMs) => atMs <= NOW_MS) });
    await handle(named('ahead', NOW_MS + 3_600_000), named('without', -1));
    expect(bodiesOf(sent, TOPICS.outcomes)).toMatchObject([
      {
        command_id: 'ahead',
        status: 'invalid',
        detail: expect.stringContaining('ahead') as string,
      },
      {
        command_id: 'without',
        status: 'invalid',
        detail: expect.stringContaining('timestamp') as string,
      },
    ]);
  });

  it('is waited for where the settings are not known, so that no message overtakes another', async () => {
    let isAway = true;
    const settings = switching((atMs) => atMs < NOW_MS || !isAway);
    const { handle, sent } = open({ settings });
    const messages = [
      named('order-1', SWITCH_MS),
      reversed('later', NOW_MS),
      named('order-2', SWITCH_MS),
    ];
    const first = await handle(...messages);
    expect(first).toMatchObject({ kind: 'some', done: 1, cause: { code: 'store-away' } });
    expect(bodiesOf(sent, TOPICS.outcomes)).toMatchObject([{ command_id: 'order-1' }]);
    isAway = false;
    expect(await handle(...messages.slice(1))).toEqual({ kind: 'all' });
    expect(bodiesOf(sent, TOPICS.outcomes).map(({ command_id }) => command_id)).toEqual([
      'order-1',
      'later',
      'order-2',
    ]);
  });

  it('is not known while rules that this build does not know are in force', async () => {
    const unknown = new SettingsUnavailable('unknown-rules', 'They are of rules 3');
    const peek = () => {
      throw unknown;
    };
    const settings = { peek, inForceAt: async () => peek(), isTakeOverOn: () => false };
    const { handle, sent } = open({ settings });
    const handled = await handle(named('order-1', NOW_MS));
    expect(handled).toEqual({ kind: 'some', done: 0, cause: unknown });
    expect(sent).toEqual([]);
  });
});
