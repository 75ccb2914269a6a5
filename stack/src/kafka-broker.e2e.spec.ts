import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectKafka, ensureTopics, kafkaAnswers } from '#kafka';
import { startKafkaBroker, type KafkaBroker } from './kafka-broker.js';

describe('the local Kafka', () => {
  let dataDir: string;
  let broker: KafkaBroker;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'points-ledger-kafka-'));
    const t = performance.now();
    broker = await startKafkaBroker({ dataDir });
    console.log('started', performance.now() - t);
  }, 120_000);
  afterAll(async () => {
    await broker.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('answers', async () => {
    expect(await kafkaAnswers(broker.brokers)).toBe(true);
  });
});
