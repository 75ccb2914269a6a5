import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { partitionOfKey } from './partition-of-key.js';

const kafkajsPartitioner = Partitioners.DefaultPartitioner();

function partitionOfKafkajs(key: string | Buffer, partitions: number): number {
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  return kafkajsPartitioner({ topic: 'any', partitionMetadata, message: { key, value: null } });
}

describe('partitionOfKey', () => {
  it('chooses the partition that kafkajs chooses, for bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 80 }),
        fc.integer({ min: 1, max: 200 }),
        (bytes, n) => {
          const key = Buffer.from(bytes);
          expect(partitionOfKey(key, n)).toBe(partitionOfKafkajs(key, n));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('chooses the partition that kafkajs chooses, for text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uuid(), fc.string({ unit: 'grapheme' })), (key) => {
        expect(partitionOfKey(key, 12)).toBe(partitionOfKafkajs(key, 12));
      }),
    );
  });

  // From the tests of Kafka's own client: UtilsTest.testMurmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ])('agrees with the Java client on %s', (key, hash) => {
    const partitions = 2 ** 31;
    expect(partitionOfKey(key, partitions)).toBe(hash & 0x7fff_ffff);
  });
});
