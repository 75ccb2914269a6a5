import { OpenTransactionDetector, type BlockedPartition } from './open-transaction-detector.js';

function open() {
  const told: (BlockedPartition | number)[] = [];
  const watch = new OpenTransactionDetector(1_000, {
    blockedByTransaction: (held) => told.push(held),
    unblocked: (partition) => told.push(partition),
  });
  return { told, watch };
}

describe('the watch of open transactions', () => {
  it('tells once of a partition that one holds for long, and when it is read again', () => {
    const { told, watch } = open();
    for (const nowMs of [0, 500, 1_000, 1_500]) watch.seen(3, '17', nowMs);
    expect(told).toEqual([{ partition: 3, offset: '17', ms: 1_000 }]);
    watch.seen(3, null, 1_600);
    watch.seen(3, null, 1_700);
    expect(told.slice(1)).toEqual([3]);
  });

  it('says nothing of transactions that end soon, one after the other', () => {
    const { told, watch } = open();
    for (let at = 0; at < 5; at++) watch.seen(3, String(at), at * 600);
    watch.seen(3, null, 4_000);
    watch.seen(3, '9', 4_100);
    expect(told).toEqual([]);
  });

  it('lets go of partitions that others may have now', () => {
    const { told, watch } = open();
    watch.seen(3, '17', 0);
    watch.seen(3, '17', 1_000);
    watch.partitionsRevoked();
    expect(told.at(-1)).toBe(3);
  });
});
