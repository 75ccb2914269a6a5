import { mkdtemp, open, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafkaBroker, type KafkaBroker } from '#embedded';
import { eventually } from '#testing';
import { connectKafka, type KafkaConnection } from '../connection.js';
import { createCommandSource } from './kafka-command-source.js';
import { requireKafkajsInternal } from '../kafkajs-internals.js';
import type { IncomingMessage } from '../ports.js';
import { SHORT_LIMITS, RecordingHandler, START_MS_MAX, withAdmin } from '../testing/test-kafka.js';

// A broker checks a batch when it receives it, and never again: damage on its disk is detected by the
// consumers.

const GZIP = 1;
const CRC_AT = 17;
const CHECKED_FROM = 21;
const RECORDS_AT = 61;

const crc32c = requireKafkajsInternal('protocol/recordBatch/crc32C') as (
  bytes: Uint8Array,
) => number;

let folder: string;
let broker: KafkaBroker;
let connection: KafkaConnection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'points-ledger-damaged-'));
  broker = await startKafkaBroker({ dataDir: folder, heapMb: 192 });
  connection = connectKafka({ brokers: broker.brokers, clientId: 'test' });
}, START_MS_MAX);
afterAll(async () => {
  await broker.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Four batches of two messages each. The second and third are changed on the disk. */
async function topicWith(topic: string, damage: (batch: Buffer) => void): Promise<void> {
  await withAdmin(connection, (admin) =>
    admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true }),
  );
  const producer = connection.producer({});
  await producer.connect();
  for (const batch of ['a', 'b', 'c', 'd']) {
    const messages = [0, 1].map((at) => ({ key: 'k', value: `${batch}${at}` }));
    await producer.send({ topic, compression: GZIP, messages });
  }
  await producer.disconnect();
  const files = await readdir(folder, { recursive: true });
  const segment = files.find((file) => file.endsWith(`${topic}-0/00000000000000000000.log`));
  const path = join(folder, segment ?? '');
  const bytes = await readFile(path);
  const file = await open(path, 'r+');
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const length = 12 + bytes.readInt32BE(at + 8);
    const batch = bytes.subarray(at, at + length);
    if (index === 1 || index === 2) {
      damage(batch);
      await file.write(batch, 0, length, at);
    }
    at += length;
  }
  await file.close();
}

/** The messages up to this offset. One that a slow consumer was given again is kept once. */
async function readUpTo(topic: string, last: string): Promise<IncomingMessage[]> {
  const received = new RecordingHandler();
  const source = createCommandSource(connection, {
    topic,
    groupId: `reader-of-${topic}`,
    limits: SHORT_LIMITS,
    onFatal: (cause) => {
      throw new Error('fatal', { cause });
    },
  });
  await source.start(received);
  await eventually(() => expect(received.messages.map(({ offset }) => offset)).toContain(last));
  await source.stop();
  return [...new Map(received.messages.map((message) => [message.offset, message])).values()];
}

describe('a batch that was damaged on the disk of the broker', () => {
  it.each([
    ['its bytes', /checksum is wrong/, (batch: Buffer) => void batch.fill(0x5a, RECORDS_AT + 12)],
    [
      'its compressed records, with a valid checksum',
      /gzip is damaged/,
      (batch: Buffer) => {
        batch.fill(0x5a, RECORDS_AT + 12);
        batch.writeUInt32BE(crc32c(batch.subarray(CHECKED_FROM)) >>> 0, CRC_AT);
      },
    ],
  ])(
    'is delivered as one message that says why, and the messages after it are read: %s',
    async (name, why, damage) => {
      const topic = `damaged-${name.length}`;
      await topicWith(topic, damage);
      const messages = await readUpTo(topic, '7');
      expect(messages.map(({ offset }) => offset)).toEqual(['0', '1', '3', '5', '6', '7']);
      const damaged = messages.slice(2, 4);
      expect(damaged.map(({ fault }) => fault?.batch?.firstOffset)).toEqual(['2', '4']);
      for (const { fault } of damaged) expect(fault?.detail).toMatch(why);
      expect(messages.at(-1)?.value?.toString()).toBe('d1');
    },
  );
});
