import { eventually } from '#testing';
import {
  TestConsumers,
  RecordingHandler,
  START_MS_MAX,
  startTestKafka,
  type TestKafka,
} from '../testing/test-kafka.js';

describe('a consumer whose broker stalls', () => {
  let kafka: TestKafka;
  const consumers = new TestConsumers(() => kafka);

  beforeAll(async () => {
    kafka = await startTestKafka();
  }, START_MS_MAX);
  afterAll(() => kafka.close(), 30_000);

  it('stops within 5 s when nothing is being handled', async () => {
    const topic = await consumers.newTopic();
    await kafka.publish(topic, 'a', ['one']);
    const received = new RecordingHandler();
    const source = await consumers.consume(topic, received);
    await eventually(async () => expect(await consumers.committed(topic)).toEqual([1]));
    kafka.broker.pause();
    const began = performance.now();
    await source.stop();
    const ms = performance.now() - began;
    kafka.broker.resume();
    expect(ms).toBeLessThan(5_000);
  }, 60_000);
});
