import { EventEmitter } from 'node:events';
import type { Consumer } from 'kafkajs';
import { sleep } from '#async';
import type { KafkaConnection } from '../connection.js';
import { eventually, RecordingHandler } from '../testing/test-kafka.js';
import { createCommandSource } from './kafka-command-source.js';

/** A double: it crashes when the test says so, and counts how often it is run. */
class CrashingConsumer {
  readonly events = { REBALANCING: 'rebalancing', GROUP_JOIN: 'join', CRASH: 'crash' };
  readonly #emitter = new EventEmitter();
  runs = 0;
  unreachable = 0;

  readonly on = (name: string, listener: (event: unknown) => void) =>
    this.#emitter.on(name, listener);
  readonly connect = async (): Promise<void> => {
    if (this.unreachable-- > 0) throw new Error('connection refused');
  };
  readonly subscribe = async (): Promise<void> => undefined;
  readonly stop = async (): Promise<void> => undefined;
  readonly disconnect = async (): Promise<void> => undefined;
  readonly run = async (): Promise<void> => void this.runs++;

  crash(name: string, restart: boolean): void {
    const error = Object.assign(new Error('crashed'), { name });
    this.#emitter.emit(this.events.CRASH, { payload: { error, restart } });
  }
}

const NOT_FOUND = 'KafkaJSGroupCoordinatorNotFound';

describe('after a crash, the command source', () => {
  let consumer: CrashingConsumer;
  let fatal: unknown[];
  let crashes: (readonly [string, boolean])[];
  let stop: () => Promise<void>;

  beforeEach(async () => {
    consumer = new CrashingConsumer();
    fatal = [];
    crashes = [];
    const connection = {
      consumer: () => consumer as unknown as Consumer,
    } as unknown as KafkaConnection;
    const source = createCommandSource(connection, {
      topic: 'commands',
      groupId: 'group',
      limits: { backoffMsMin: 10, backoffMsMax: 20 },
      observer: { crashed: (cause, restarts) => crashes.push([String(cause), restarts]) },
      onFatal: (cause) => fatal.push(cause),
    });
    stop = () => source.stop();
    await source.start(new RecordingHandler());
  });
  afterEach(() => stop());

  it('runs again when no coordinator was found, also when Kafka is not reachable at once', async () => {
    consumer.unreachable = 2;
    consumer.crash(NOT_FOUND, false);
    await eventually(() => expect(consumer.runs).toBe(2));
    expect(crashes).toEqual([
      [`${NOT_FOUND}: crashed`, true],
      ['Error: connection refused', true],
      ['Error: connection refused', true],
    ]);
    expect(fatal).toEqual([]);
  });

  it('leaves it to kafkajs where that restarts by itself', async () => {
    consumer.crash('KafkaJSNumberOfRetriesExceeded', true);
    await sleep(50);
    expect(consumer.runs).toBe(1);
    expect(fatal).toEqual([]);
  });

  it('reports any other error as fatal', () => {
    consumer.crash('KafkaJSNonRetriableError', false);
    expect(fatal).toEqual([expect.objectContaining({ name: 'KafkaJSNonRetriableError' })]);
    expect(crashes).toEqual([['KafkaJSNonRetriableError: crashed', false]]);
  });

  it('does not run again once it was stopped', async () => {
    consumer.crash(NOT_FOUND, false);
    await stop();
    await sleep(50);
    expect(consumer.runs).toBe(1);
  });
});
