import { setTimeout as wait } from 'node:timers/promises';
import {
  TestConsumers,
  eventually,
  keyPerPartition,
  numberedValues,
  RecordingHandler,
  START_MS_MAX,
  startTestKafka,
  type TestKafka,
} from '../testing/test-kafka.js';

describe('a member of a group', () => {
  let kafka: TestKafka;
  const consumers = new TestConsumers(() => kafka);

  beforeAll(async () => {
    kafka = await startTestKafka();
  }, START_MS_MAX);
  afterEach(() => consumers.stop());
  afterAll(() => kafka.close());

  it('keeps its membership while a handler takes longer than the session', async () => {
    const topic = await consumers.newTopic();
    await kafka.publish(topic, 'a', ['long', 'short']);
    let joins = 0;
    const received = new RecordingHandler(async (messages) => {
      if (String(messages[0].value) === 'long') await wait(8_000);
      return { kind: 'all' };
    });
    await consumers.consume(topic, received, {
      limits: { subBatchMessagesMax: 1 },
      observer: { joined: () => joins++ },
    });
    await eventually(async () => expect(await consumers.committed(topic)).toEqual([2]));
    expect(joins).toBe(1);
    expect(received.values).toEqual(['long', 'short']);
  });

  it('requests that the process ends when a handler never returns', async () => {
    const topic = await consumers.newTopic();
    await kafka.publish(topic, 'a', ['one']);
    const fatal: unknown[] = [];
    await consumers.consume(topic, new RecordingHandler(() => new Promise(() => {})), {
      onFatal: (cause) => fatal.push(cause),
      limits: { handleMsMax: 300, drainMsMax: 300 },
    });
    await eventually(() =>
      expect(fatal.map(String)).toEqual(['Error: Messages were not handled within 300 ms']),
    );
  });

  it('gives partitions to a second member, and tells both that caches are outdated', async () => {
    const topic = await consumers.newTopic(4);
    const keys = keyPerPartition(4);
    const one = new RecordingHandler();
    const other = new RecordingHandler();
    const assigned: Record<string, readonly number[]> = {};
    await consumers.consume(topic, one, { observer: { joined: (p) => (assigned['one'] = p) } });
    await eventually(() => expect(assigned['one']).toHaveLength(4));
    const lostBefore = one.revocations;
    await consumers.consume(topic, other, { observer: { joined: (p) => (assigned['other'] = p) } });
    await eventually(() => {
      expect(assigned['one']).toHaveLength(2);
      expect(assigned['other']).toHaveLength(2);
    });
    expect(one.revocations).toBeGreaterThan(lostBefore);
    for (const key of keys) await kafka.publish(topic, key, numberedValues(10, `${key}-`));
    await eventually(() => expect(one.values.length + other.values.length).toBe(40));
    expect(new Set([...one.values, ...other.values]).size).toBe(40);
  });

  it('survives a refused commit and handles the messages again', async () => {
    const topic = await consumers.newTopic(2);
    await kafka.publish(topic, 'a', ['one']);
    const refused: unknown[] = [];
    let release = () => {};
    const held = new Promise<void>((go) => (release = go));
    const slow = new RecordingHandler(async () => {
      await held;
      return { kind: 'all' };
    });
    // Without heartbeats, the group starts a new generation while the handler works.
    await consumers.consume(topic, slow, {
      limits: { heartbeatMs: 5_900 },
      observer: { commitRefused: (cause) => refused.push(cause) },
    });
    const second = new RecordingHandler();
    const joined = consumers.consume(topic, second, { limits: { rebalanceMsMax: 6_000 } });
    await joined;
    release();
    await eventually(() => expect(refused).toHaveLength(1));
    await eventually(async () => {
      const ends = (await consumers.committed(topic)).filter((offset) => offset > 0);
      expect(ends).toEqual([1]);
    });
    await kafka.publish(topic, 'a', ['two']);
    await eventually(() => expect([...slow.values, ...second.values]).toContain('two'));
  });

  it('stops after what was being handled, and commits it', async () => {
    const topic = await consumers.newTopic();
    await kafka.publish(topic, 'a', numberedValues(3));
    let begun = false;
    const received = new RecordingHandler(async () => {
      begun = true;
      await wait(500);
      return { kind: 'all' };
    });
    const source = await consumers.consume(topic, received, { limits: { subBatchMessagesMax: 2 } });
    await eventually(() => expect(begun).toBe(true));
    await source.stop();
    expect(received.values).toEqual(['m0', 'm1']);
    expect(await consumers.committed(topic)).toEqual([2]);
  });

  it('stops waiting for a handler that exceeds the limit, whose messages are delivered again', async () => {
    const topic = await consumers.newTopic();
    await kafka.publish(topic, 'a', ['one']);
    let signalled: AbortSignal | undefined;
    const source = await consumers.consume(
      topic,
      new RecordingHandler((_, signal) => {
        signalled = signal;
        return new Promise(() => {});
      }),
      { limits: { drainMsMax: 500 } },
    );
    await eventually(() => expect(signalled).toBeDefined());
    // The handler never ends, so that only the limit ends this.
    await source.stop();
    expect(signalled?.aborted).toBe(true);
    expect(await consumers.committed(topic)).toEqual([-1]);
    const next = new RecordingHandler();
    await consumers.consume(topic, next);
    await eventually(() => expect(next.values).toEqual(['one']));
  });
});
