import fc from 'fast-check';
import { Partitioners, type PartitionMetadata } from 'kafkajs';
import { keyPartition } from './key-partition.js';

function kafkajsPartition(key: Buffer, partitions: number): number {
  const partitionMetadata: PartitionMetadata[] = Array.from({ length: partitions }, (_, id) => ({
    partitionErrorCode: 0,
    partitionId: id,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));
  const choose = Partitioners.DefaultPartitioner();
  return choose({ topic: 't', partitionMetadata, message: { key, value: null } });
}

describe('the partition of a key', () => {
  it('is the one that kafkajs and Java choose', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 80 }),
        fc.integer({ min: 1, max: 200 }),
        (bytes, partitions) => {
          const key = Buffer.from(bytes);
          expect(keyPartition(key, partitions)).toBe(kafkajsPartition(key, partitions));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('is the same for ever', () => {
    const users = [
      '5f2f6a3e-0a0f-4d6e-9d3e-2a8a6b1c0d4e',
      '0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9',
      '',
    ];
    expect(users.map((user) => keyPartition(Buffer.from(user), 12))).toEqual([5, 11, 9]);
  });
});
