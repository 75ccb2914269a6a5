import { jest } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { consumeBatches } from './consume.js';
import type { ConsumeOptions } from './consume-options.js';
import {
  eventually,
  keysOfPartitions,
  numbered,
  QUICK,
  Received,
  START_MS_MAX,
  testKafka,
  withAdmin,
  type TestKafka,
} from './kafka.suite.js';
import { openLagMeter } from './lag.js';
import { OutcomeProducer } from './outcome-producer.js';
import type { CommandSource, OutgoingMessage } from './ports.js';

jest.setTimeout(60_000);

describe('a consumer', () => {
  let kafka: TestKafka;
  let topics = 0;
  const sources: CommandSource[] = [];

  beforeAll(async () => {
    kafka = await testKafka();
  }, START_MS_MAX);
  afterEach(async () => {
    await Promise.all(sources.splice(0).map((source) => source.stop()));
  });
  afterAll(() => kafka.close());

  async function newTopic(partitions = 1): Promise<string> {
    const topic = `commands-${++topics}`;
    await kafka.createTopic(topic, partitions);
    return topic;
  }

  async function consume(
    topic: string,
    received: Received,
    options: Partial<ConsumeOptions> = {},
  ): Promise<CommandSource> {
    const source = consumeBatches(kafka.connection, {
      topic,
      groupId: `group-of-${topic}`,
      onFatal: (cause) => {
        throw new Error('fatal', { cause });
      },
      ...options,
      limits: { ...QUICK, ...options.limits },
    });
    sources.push(source);
    await source.start(received);
    return source;
  }

  /** Per partition, as committed. */
  async function committed(topic: string): Promise<number[]> {
    const groups = await withAdmin(kafka.connection, (admin) =>
      admin.fetchOffsets({ groupId: `group-of-${topic}`, topics: [topic] }),
    );
    const partitions = groups[0]?.partitions ?? [];
    return partitions
      .sort((one, other) => one.partition - other.partition)
      .map(({ offset }) => Number(offset));
  }

  it('delivers from the beginning what came before it, in the order of a partition', async () => {
    const topic = await newTopic();
    await kafka.publish(topic, 'a', numbered(5));
    const received = new Received();
    await consume(topic, received);
    await eventually(() => expect(received.values).toEqual(numbered(5)));
  });

  it('hands over key, value, headers and time as they were sent', async () => {
    const topic = await newTopic();
    const sent = Date.now();
    await withProducer(async (send) => {
      await send({ topic, key: 'user', value: '{"a":1}', headers: { one: '1', two: ['2', '3'] } });
      await send({ topic, key: null, value: null });
    });
    const received = new Received();
    await consume(topic, received);
    await eventually(() => expect(received.messages).toHaveLength(2));
    const [first, second] = received.messages;
    expect(first).toMatchObject({
      topic,
      partition: 0,
      offset: '0',
      key: Buffer.from('user'),
      value: Buffer.from('{"a":1}'),
      headers: { one: Buffer.from('1'), two: [Buffer.from('2'), Buffer.from('3')] },
    });
    expect(Math.abs((first?.timestampMs ?? 0) - sent)).toBeLessThan(60_000);
    expect(second).toMatchObject({ key: null, value: null, headers: {} });
  });

  it('commits only what its handler is through with', async () => {
    const topic = await newTopic();
    await kafka.publish(topic, 'a', numbered(10));
    const received = new Received((messages) => ({
      kind: 'some',
      done: messages[0].offset === '0' ? 4 : 0,
      trouble: new Error('away'),
    }));
    await consume(topic, received);
    await eventually(async () => expect(await committed(topic)).toEqual([4]));
    received.handling = () => ({ kind: 'all' });
    await eventually(async () => expect(await committed(topic)).toEqual([10]));
    expect(received.values).toEqual(numbered(10));
  });

  it('tries again in place, ever more slowly, while the trouble lasts, and says when it is over', async () => {
    const topic = await newTopic();
    await kafka.publish(topic, 'a', ['one']);
    const waits: number[] = [];
    const recovered: number[] = [];
    const received = new Received(() => Promise.reject(new Error('the store is away')));
    await consume(topic, received, {
      random: () => 0.999,
      observer: {
        troubled: ({ waitMs }) => waits.push(waitMs),
        recovered: (partition) => recovered.push(partition),
      },
    });
    await eventually(() => expect(waits.length).toBeGreaterThanOrEqual(4));
    expect(waits.slice(0, 4)).toEqual([100, 200, 400, 500]);
    expect(await committed(topic)).toEqual([-1]);
    received.handling = () => ({ kind: 'all' });
    await eventually(() => expect(recovered).toEqual([0]));
    expect(received.values).toEqual(['one']);
  });

  it('lets the other partitions go on while one is in trouble', async () => {
    const topic = await newTopic(2);
    const keys = keysOfPartitions(2);
    const received = new Received((messages) =>
      messages[0].partition === 0 ? Promise.reject(new Error('away')) : { kind: 'all' },
    );
    const waits: number[] = [];
    await consume(topic, received, {
      observer: { troubled: ({ waitMs }) => waits.push(waitMs) },
      limits: { retryWaitMsMin: 400 },
    });
    await kafka.publish(topic, keys[0] ?? '', ['stuck']);
    await eventually(() => expect(waits.length).toBeGreaterThan(0));
    await kafka.publish(topic, keys[1] ?? '', numbered(20));
    await eventually(() => expect(received.values).toEqual(numbered(20)));
    expect(await committed(topic)).toEqual([-1, 20]);
  });

  it('lets a slow partition hold up the others no longer than its turn', async () => {
    const topic = await newTopic(2);
    const [slow = '', quick = ''] = keysOfPartitions(2);
    await kafka.publish(topic, slow, numbered(200, 'slow'));
    const received = new Received(async (messages) => {
      if (messages[0].partition === 0) await wait(100);
      return { kind: 'all' };
    });
    await consume(topic, received, { limits: { subBatchMax: 2, turnMsMax: 200 } });
    await eventually(() => expect(received.values).toContain('slow3'));
    await kafka.publish(topic, quick, ['quick']);
    await eventually(() => expect(received.values).toContain('quick'));
    expect(received.values.length).toBeLessThan(100);
  });

  it('stays alive when its handler has a bug, finds the message, and has it given up', async () => {
    const topic = await newTopic();
    await kafka.publish(topic, 'a', ['good', 'bad', 'fine']);
    const isolated: number[] = [];
    const received = new Received((messages) => {
      for (const { value } of messages) {
        if (String(value) === 'bad') throw new TypeError('undefined is not a function');
      }
      return { kind: 'all' };
    });
    await consume(topic, received, {
      observer: { isolating: ({ messages }) => isolated.push(messages) },
    });
    await eventually(async () => expect(await committed(topic)).toEqual([3]));
    expect(received.values).toEqual(['good', 'fine']);
    expect(received.givenUp).toEqual(['bad']);
    expect(isolated).toEqual([3]);
    await kafka.publish(topic, 'a', ['later']);
    await eventually(() => expect(received.values).toEqual(['good', 'fine', 'later']));
  });

  it('does the same when its handler says which message met the bug', async () => {
    const topic = await newTopic();
    await kafka.publish(topic, 'a', ['good', 'bad', 'fine']);
    const received = new Received((messages) => {
      const bad = messages.findIndex(({ value }) => String(value) === 'bad');
      if (bad < 0) return { kind: 'all' };
      return { kind: 'some', done: bad, trouble: new TypeError('undefined is not a function') };
    });
    await consume(topic, received);
    await eventually(async () => expect(await committed(topic)).toEqual([3]));
    expect(received.values).toEqual(['good', 'fine']);
    expect(received.givenUp).toEqual(['bad']);
  });

  it('moves no offset past a message that could not be given up', async () => {
    const topic = await newTopic();
    await kafka.publish(topic, 'a', ['bad']);
    const received = new Received(() => Promise.reject(new RangeError('bug')));
    let refusals = 0;
    received.giveUp = () =>
      ++refusals < 3 ? Promise.reject(new Error('no dead letters')) : Promise.resolve();
    const troubles: unknown[] = [];
    await consume(topic, received, { observer: { troubled: ({ cause }) => troubles.push(cause) } });
    await eventually(async () => expect(await committed(topic)).toEqual([1]));
    expect(troubles.map(String)).toEqual(['Error: no dead letters', 'Error: no dead letters']);
  });

  it('keeps its membership through a handler that takes longer than the session', async () => {
    const topic = await newTopic();
    await kafka.publish(topic, 'a', ['long', 'short']);
    let joins = 0;
    const received = new Received(async (messages) => {
      if (String(messages[0].value) === 'long') await wait(8_000);
      return { kind: 'all' };
    });
    await consume(topic, received, {
      limits: { subBatchMax: 1 },
      observer: { joined: () => joins++ },
    });
    await eventually(async () => expect(await committed(topic)).toEqual([2]));
    expect(joins).toBe(1);
    expect(received.values).toEqual(['long', 'short']);
  });

  it('says that the process must end when a handler is never through', async () => {
    const topic = await newTopic();
    await kafka.publish(topic, 'a', ['one']);
    const fatal: unknown[] = [];
    await consume(topic, new Received(() => new Promise(() => {})), {
      onFatal: (cause) => fatal.push(cause),
      limits: { handleMsMax: 300, finishMsMax: 300 },
    });
    await eventually(() =>
      expect(fatal.map(String)).toEqual(['Error: Messages were not handled within 300 ms']),
    );
  });

  it('never has more messages of a key under way than allowed', async () => {
    const topic = await newTopic();
    await kafka.publish(topic, 'hot', numbered(50));
    const lengths: number[] = [];
    const received = new Received((messages) => {
      lengths.push(messages.length);
      return { kind: 'all' };
    });
    await consume(topic, received, { limits: { perKeyMax: 7 } });
    await eventually(() => expect(received.values).toEqual(numbered(50)));
    expect(Math.max(...lengths)).toBe(7);
  });

  it('gives its partitions to a second member, and tells both that caches are old', async () => {
    const topic = await newTopic(4);
    const keys = keysOfPartitions(4);
    const one = new Received();
    const other = new Received();
    const assigned: Record<string, readonly number[]> = {};
    await consume(topic, one, { observer: { joined: (p) => (assigned['one'] = p) } });
    await eventually(() => expect(assigned['one']).toHaveLength(4));
    const lostBefore = one.ownershipsLost;
    await consume(topic, other, { observer: { joined: (p) => (assigned['other'] = p) } });
    await eventually(() => {
      expect(assigned['one']).toHaveLength(2);
      expect(assigned['other']).toHaveLength(2);
    });
    expect(one.ownershipsLost).toBeGreaterThan(lostBefore);
    for (const key of keys) await kafka.publish(topic, key, numbered(10, `${key}-`));
    await eventually(() => expect(one.values.length + other.values.length).toBe(40));
    expect(new Set([...one.values, ...other.values]).size).toBe(40);
  });

  it('outlives a refused commit and takes the work again', async () => {
    const topic = await newTopic(2);
    await kafka.publish(topic, 'a', ['one']);
    const refused: unknown[] = [];
    let release = () => {};
    const held = new Promise<void>((go) => (release = go));
    const slow = new Received(async () => {
      await held;
      return { kind: 'all' };
    });
    // No heartbeats: the group moves on to a new generation while the handler works.
    await consume(topic, slow, {
      limits: { heartbeatMs: 5_900 },
      observer: { commitRefused: (cause) => refused.push(cause) },
    });
    const second = new Received();
    const joined = consume(topic, second, { limits: { rebalanceMsMax: 6_000 } });
    await joined;
    release();
    await eventually(() => expect(refused).toHaveLength(1));
    await eventually(async () => {
      const ends = (await committed(topic)).filter((offset) => offset > 0);
      expect(ends).toEqual([1]);
    });
    await kafka.publish(topic, 'a', ['two']);
    await eventually(() => expect([...slow.values, ...second.values]).toContain('two'));
  });

  it('stops within its limit, with the offsets committed of what was under way', async () => {
    const topic = await newTopic();
    await kafka.publish(topic, 'a', numbered(3));
    let begun = false;
    const received = new Received(async () => {
      begun = true;
      await wait(500);
      return { kind: 'all' };
    });
    const source = await consume(topic, received, { limits: { subBatchMax: 2 } });
    await eventually(() => expect(begun).toBe(true));
    const began = performance.now();
    await source.stop();
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(received.values).toEqual(['m0', 'm1']);
    expect(await committed(topic)).toEqual([2]);
  });

  it('gives up on stop what is not through in time, and leaves it to be delivered again', async () => {
    const topic = await newTopic();
    await kafka.publish(topic, 'a', ['one']);
    let signalled: AbortSignal | undefined;
    const source = await consume(
      topic,
      new Received((_, signal) => {
        signalled = signal;
        return new Promise(() => {});
      }),
      { limits: { finishMsMax: 500 } },
    );
    await eventually(() => expect(signalled).toBeDefined());
    const began = performance.now();
    await source.stop();
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(signalled?.aborted).toBe(true);
    expect(await committed(topic)).toEqual([-1]);
    const next = new Received();
    await consume(topic, next);
    await eventually(() => expect(next.values).toEqual(['one']));
  });

  it('lets its lag be measured, per partition', async () => {
    const topic = await newTopic(2);
    const [first = '', second = ''] = keysOfPartitions(2);
    const received = new Received();
    await consume(topic, received);
    await kafka.publish(topic, first, numbered(3));
    await eventually(async () => expect((await committed(topic))[0]).toBe(3));
    await Promise.all(sources.splice(0).map((source) => source.stop()));
    await kafka.publish(topic, first, numbered(2));
    await kafka.publish(topic, second, numbered(5));
    const meter = await openLagMeter(kafka.connection, { topic, groupId: `group-of-${topic}` });
    expect(await meter.measure()).toEqual([
      { partition: 0, committed: '3', end: '5', messages: 2 },
      { partition: 1, committed: null, end: '5', messages: 5 },
    ]);
    await meter.close();
  });

  async function withProducer(
    use: (send: (message: OutgoingMessage) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const producer = new OutcomeProducer(kafka.connection);
    await use((message) => producer.send([message]));
    await producer.close();
  }
});
