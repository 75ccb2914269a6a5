import { eventually } from '#testing';
import {
  TestConsumers,
  RecordingHandler,
  START_MS_MAX,
  startTestKafka,
  type TestKafka,
} from '../testing/test-kafka.js';

/** A stop that waited for an answer of the broker would take longer than the test may. */
const REQUEST_MS_MAX = 120_000;

describe('a consumer whose broker stalls', () => {
  let kafka: TestKafka;
  const consumers = new TestConsumers(() => kafka);

  beforeAll(async () => {
    kafka = await startTestKafka({ requestMsMax: REQUEST_MS_MAX });
  }, START_MS_MAX);
  afterAll(() => kafka.close(), 30_000);

  it('stops without an answer of the broker when nothing is being handled', async () => {
    const topic = await consumers.newTopic();
    await kafka.publish(topic, 'a', ['one']);
    const received = new RecordingHandler();
    const source = await consumers.consume(topic, received);
    await eventually(async () => expect(await consumers.committed(topic)).toEqual([1]));
    kafka.broker.pause();
    await source.stop();
    kafka.broker.resume();
    expect(received.values).toEqual(['one']);
  });
});
