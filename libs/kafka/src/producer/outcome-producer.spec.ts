import { TimeoutError } from '#async';
import { ManualClock } from '#async/testing';
import type { Producer, RecordMetadata } from 'kafkajs';
import { KafkaConnection } from '../connection.js';
import { NotAcknowledgedError, OutcomeProducer } from './outcome-producer.js';

type Batch = Parameters<Producer['sendBatch']>[0];

/** A connection whose producers answer what the test scripts. */
class ScriptedConnection extends KafkaConnection {
  readonly sent: string[][] = [];
  readonly chosen: (number | undefined)[] = [];
  opened = 0;
  closed = 0;

  constructor(
    private readonly answer: (batch: Batch, send: number) => RecordMetadata[] | Promise<never>,
    private readonly partitions = 2,
  ) {
    super({ brokers: [], clientId: 'test' });
  }

  override producer(config: Parameters<KafkaConnection['producer']>[0]): Producer {
    this.opened++;
    const choose = config.createPartitioner?.();
    const partitionMetadata = Array.from({ length: this.partitions }, (_, partitionId) => ({
      partitionErrorCode: 0,
      partitionId,
      leader: partitionId,
      replicas: [],
      isr: [],
    }));
    const scripted: Pick<Producer, 'connect' | 'disconnect' | 'sendBatch'> = {
      connect: () => Promise.resolve(),
      disconnect: async () => void this.closed++,
      sendBatch: async (batch) => {
        for (const { topic, messages } of batch.topicMessages ?? []) {
          for (const message of messages) {
            this.chosen.push(choose?.({ topic, partitionMetadata, message }));
          }
          this.sent.push(messages.map(({ value }) => String(value)));
        }
        return this.answer(batch, this.sent.length);
      },
    };
    return scripted as Producer;
  }
}

const acknowledged = (...partitions: number[]): RecordMetadata[] =>
  partitions.map((partition) => ({ topicName: 't', partition, errorCode: 0 }));
const message = (key: string | null, value: string) => ({ topic: 't', key, value });
const both = [
  message('a', 'one'),
  message('b', 'two'),
  message('c', 'three'),
  message('d', 'four'),
];

describe('the outcome producer', () => {
  it('resolves when every partition that was sent to has acknowledged', async () => {
    const connection = new ScriptedConnection(() => acknowledged(0, 1));
    await new OutcomeProducer(connection).send(both);
    expect(connection.sent).toEqual([['one', 'two', 'three', 'four']]);
  });

  it('rejects when a partition is missing in the answer, and sends next from a new producer', async () => {
    const replaced: unknown[] = [];
    const connection = new ScriptedConnection((_, send) =>
      send === 1 ? acknowledged(0) : acknowledged(0, 1),
    );
    const producer = new OutcomeProducer(connection, {
      onReplaced: (cause) => replaced.push(cause),
    });
    await expect(producer.send(both)).rejects.toThrow(NotAcknowledgedError);
    expect(replaced).toHaveLength(1);
    await producer.send(both);
    expect([connection.opened, connection.closed]).toEqual([2, 1]);
  });

  it('rejects after its limit without an answer, and sends next from a new producer', async () => {
    const clock = new ManualClock();
    const connection = new ScriptedConnection((_, send) =>
      send === 1 ? new Promise<never>(() => {}) : acknowledged(0, 1),
    );
    const producer = new OutcomeProducer(connection, { sendMsMax: 20_000, clock });
    const sending = expect(producer.send(both)).rejects.toThrow(TimeoutError);
    await clock.advance(20_000);
    await sending;
    await producer.send(both);
    expect(connection.opened).toBe(2);
  });

  it('sends every message without a key to the same partition', async () => {
    const connection = new ScriptedConnection(() => acknowledged(0));
    const producer = new OutcomeProducer(connection);
    for (let times = 0; times < 5; times++) await producer.send([message(null, 'dead')]);
    expect(connection.chosen).toEqual([0, 0, 0, 0, 0]);
  });

  it('sends the messages of a key to the partition that every Kafka client chooses', async () => {
    const connection = new ScriptedConnection(() => acknowledged(5, 9, 11), 12);
    const users = [
      '5f2f6a3e-0a0f-4d6e-9d3e-2a8a6b1c0d4e',
      '0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9',
      '',
    ];
    await new OutcomeProducer(connection).send(users.map((user) => message(user, 'outcome')));
    // These numbers never change: another one would break the order of a user's messages.
    expect(connection.chosen).toEqual([5, 11, 9]);
  });

  it('sends the messages of other callers when the message of one is refused', async () => {
    const connection = new ScriptedConnection((batch) => {
      const values = batch.topicMessages?.flatMap(({ messages }) => messages.map((m) => m.value));
      if (!values?.includes('too large')) return acknowledged(0, 1);
      throw Object.assign(new Error('MESSAGE_TOO_LARGE'), { retriable: false });
    });
    const producer = new OutcomeProducer(connection);
    const results = await Promise.allSettled([
      producer.send([message('a', 'first')]),
      producer.send([message('b', 'good')]),
      producer.send([message('b', 'too large')]),
      producer.send([message('b', 'fine')]),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
  });

  it('sends what is queued before it closes, and refuses what comes after', async () => {
    const connection = new ScriptedConnection(() => acknowledged(0, 1));
    const producer = new OutcomeProducer(connection);
    const sending = producer.send(both);
    await producer.close();
    await sending;
    expect(connection.sent).toHaveLength(1);
    expect(connection.closed).toBe(1);
    await expect(producer.send(both)).rejects.toThrow('closed');
  });
});
