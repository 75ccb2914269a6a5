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
import { openLagMeter } from '../lag-meter.js';
import { OutcomeProducer } from '../producer/outcome-producer.js';
import type { OutgoingMessage } from '../ports.js';

describe('a consumer', () => {
  let kafka: TestKafka;
  const consumers = new TestConsumers(() => kafka);

  beforeAll(async () => {
    kafka = await startTestKafka();
  }, START_MS_MAX);
  afterEach(() => consumers.stop());
  afterAll(() => kafka.close());

  it('delivers messages that were sent before it joined, in the order of their partition', async () => {
    const topic = await consumers.newTopic();
    await kafka.publish(topic, 'a', numberedValues(5));
    const received = new RecordingHandler();
    await consumers.consume(topic, received);
    await eventually(() => expect(received.values).toEqual(numberedValues(5)));
  });

  it('delivers key, value, headers and timestamp as they were sent', async () => {
    const topic = await consumers.newTopic();
    const sent = Date.now();
    await withProducer(async (send) => {
      await send({ topic, key: 'user', value: '{"a":1}', headers: { one: '1', two: ['2', '3'] } });
      await send({ topic, key: null, value: null });
    });
    const received = new RecordingHandler();
    await consumers.consume(topic, received);
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

  it('commits only what its handler has done', async () => {
    const topic = await consumers.newTopic();
    await kafka.publish(topic, 'a', numberedValues(10));
    const received = new RecordingHandler((messages) => ({
      kind: 'some',
      done: messages[0].offset === '0' ? 4 : 0,
      cause: new Error('away'),
    }));
    await consumers.consume(topic, received);
    await eventually(async () => expect(await consumers.committed(topic)).toEqual([4]));
    received.behavior = () => ({ kind: 'all' });
    await eventually(async () => expect(await consumers.committed(topic)).toEqual([10]));
    expect(received.values).toEqual(numberedValues(10));
  });

  it('retries with growing delays while its handler fails, and reports the recovery', async () => {
    const topic = await consumers.newTopic();
    await kafka.publish(topic, 'a', ['one']);
    const waits: number[] = [];
    const recovered: number[] = [];
    const received = new RecordingHandler(() => Promise.reject(new Error('the store is away')));
    await consumers.consume(topic, received, {
      random: () => 0.999,
      observer: {
        paused: ({ waitMs }) => waits.push(waitMs),
        recovered: (partition) => recovered.push(partition),
      },
    });
    await eventually(() => expect(waits.length).toBeGreaterThanOrEqual(4));
    expect(waits.slice(0, 4)).toEqual([100, 200, 400, 500]);
    expect(await consumers.committed(topic)).toEqual([-1]);
    received.behavior = () => ({ kind: 'all' });
    await eventually(() => expect(recovered).toEqual([0]));
    expect(received.values).toEqual(['one']);
  });

  it('continues with the other partitions while one fails', async () => {
    const topic = await consumers.newTopic(2);
    const keys = keyPerPartition(2);
    const received = new RecordingHandler((messages) =>
      messages[0].partition === 0 ? Promise.reject(new Error('away')) : { kind: 'all' },
    );
    const waits: number[] = [];
    await consumers.consume(topic, received, {
      observer: { paused: ({ waitMs }) => waits.push(waitMs) },
      limits: { backoffMsMin: 400 },
    });
    await kafka.publish(topic, keys[0] ?? '', ['stuck']);
    await eventually(() => expect(waits.length).toBeGreaterThan(0));
    await kafka.publish(topic, keys[1] ?? '', numberedValues(20));
    await eventually(() => expect(received.values).toEqual(numberedValues(20)));
    expect(await consumers.committed(topic)).toEqual([-1, 20]);
  });

  it('makes the other partitions wait for a slow one no longer than its turn', async () => {
    const topic = await consumers.newTopic(2);
    const [slow = '', quick = ''] = keyPerPartition(2);
    await kafka.publish(topic, slow, numberedValues(200, 'slow'));
    const received = new RecordingHandler(async (messages) => {
      if (messages[0].partition === 0) await wait(100);
      return { kind: 'all' };
    });
    await consumers.consume(topic, received, {
      limits: { subBatchMessagesMax: 2, partitionTurnMsMax: 200 },
    });
    await eventually(() => expect(received.values).toContain('slow3'));
    await kafka.publish(topic, quick, ['quick']);
    await eventually(() => expect(received.values).toContain('quick'));
    expect(received.values.length).toBeLessThan(100);
  });

  it('reads a batch that is larger than a fetch while another partition always has messages', async () => {
    const topic = await consumers.newTopic(2);
    const keys = keyPerPartition(2);
    const received = new RecordingHandler(async () => {
      await wait(50);
      return { kind: 'all' };
    });
    await kafka.publish(topic, keys[0] ?? '', numberedValues(400));
    await kafka.publish(topic, keys[1] ?? '', ['x'.repeat(100_000)]);
    await consumers.consume(topic, received, {
      limits: { subBatchMessagesMax: 2, partitionBytesMax: 2_000, partitionTurnMsMax: 1 },
    });
    await eventually(() => expect(received.values).toContain('x'.repeat(100_000)));
    expect(received.values.length).toBeLessThan(100);
  });

  it('commits past an aborted transaction, though no message of it is delivered', async () => {
    const topic = await consumers.newTopic();
    const producer = kafka.connection.producer({
      transactionalId: 'aborts',
      maxInFlightRequests: 1,
    });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ key: 'a', value: 'taken back' }] });
    await transaction.abort();
    await producer.disconnect();
    const received = new RecordingHandler();
    await consumers.consume(topic, received);
    await eventually(async () => expect(await consumers.committed(topic)).toEqual([2]));
    expect(received.values).toEqual([]);
  });

  it('reports that an open transaction blocks a partition, and continues after it', async () => {
    const topic = await consumers.newTopic();
    const producer = kafka.connection.producer({
      transactionalId: 'holds',
      maxInFlightRequests: 1,
    });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ key: 'a', value: 'taken back' }] });
    await kafka.publish(topic, 'a', ['behind']);
    const told: unknown[] = [];
    const received = new RecordingHandler();
    await consumers.consume(topic, received, {
      limits: { transactionMsMax: 500 },
      observer: {
        blockedByTransaction: ({ partition, offset }) => told.push([partition, offset]),
        unblocked: (partition) => told.push(partition),
      },
    });
    await eventually(() => expect(told).toEqual([[0, '0']]));
    expect(received.values).toEqual([]);
    await transaction.abort();
    await producer.disconnect();
    await eventually(() => expect(received.values).toEqual(['behind']));
    expect(told).toEqual([[0, '0'], 0]);
  });

  it('continues when its handler has a bug, finds the message, and sends it to the dead letters', async () => {
    const topic = await consumers.newTopic();
    await kafka.publish(topic, 'a', ['good', 'bad', 'fine']);
    const isolated: number[] = [];
    const received = new RecordingHandler((messages) => {
      for (const { value } of messages) {
        if (String(value) === 'bad') throw new TypeError('undefined is not a function');
      }
      return { kind: 'all' };
    });
    await consumers.consume(topic, received, {
      observer: { isolating: ({ messages }) => isolated.push(messages) },
    });
    await eventually(async () => expect(await consumers.committed(topic)).toEqual([3]));
    expect(received.values).toEqual(['good', 'fine']);
    expect(received.deadLettered).toEqual(['bad']);
    expect(isolated).toEqual([3]);
    await kafka.publish(topic, 'a', ['later']);
    await eventually(() => expect(received.values).toEqual(['good', 'fine', 'later']));
  });

  it('does so too when its handler says which message met the bug', async () => {
    const topic = await consumers.newTopic();
    await kafka.publish(topic, 'a', ['good', 'bad', 'fine']);
    const received = new RecordingHandler((messages) => {
      const bad = messages.findIndex(({ value }) => String(value) === 'bad');
      if (bad < 0) return { kind: 'all' };
      return { kind: 'some', done: bad, cause: new TypeError('undefined is not a function') };
    });
    await consumers.consume(topic, received);
    await eventually(async () => expect(await consumers.committed(topic)).toEqual([3]));
    expect(received.values).toEqual(['good', 'fine']);
    expect(received.deadLettered).toEqual(['bad']);
  });

  it('commits no offset past a message that could not be sent to the dead letters', async () => {
    const topic = await consumers.newTopic();
    await kafka.publish(topic, 'a', ['bad']);
    const received = new RecordingHandler(() => Promise.reject(new RangeError('bug')));
    let refusals = 0;
    received.sendToDeadLetters = () =>
      ++refusals < 3 ? Promise.reject(new Error('no dead letters')) : Promise.resolve();
    const troubles: unknown[] = [];
    await consumers.consume(topic, received, {
      observer: { paused: ({ cause }) => troubles.push(cause) },
    });
    await eventually(async () => expect(await consumers.committed(topic)).toEqual([1]));
    expect(troubles.map(String)).toEqual(['Error: no dead letters', 'Error: no dead letters']);
  });

  it('never has more uncommitted messages of a key than allowed', async () => {
    const topic = await consumers.newTopic();
    await kafka.publish(topic, 'hot', numberedValues(50));
    const lengths: number[] = [];
    const received = new RecordingHandler((messages) => {
      lengths.push(messages.length);
      return { kind: 'all' };
    });
    await consumers.consume(topic, received, { limits: { subBatchPerKeyMax: 7 } });
    await eventually(() => expect(received.values).toEqual(numberedValues(50)));
    expect(Math.max(...lengths)).toBe(7);
  });

  it('has its lag measured for each partition', async () => {
    const topic = await consumers.newTopic(2);
    const [first = '', second = ''] = keyPerPartition(2);
    const received = new RecordingHandler();
    await consumers.consume(topic, received);
    await kafka.publish(topic, first, numberedValues(3));
    await eventually(async () => expect((await consumers.committed(topic))[0]).toBe(3));
    await consumers.stop();
    await kafka.publish(topic, first, numberedValues(2));
    await kafka.publish(topic, second, numberedValues(5));
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
