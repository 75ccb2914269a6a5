import { OpenTransactionDetector, type BlockedPartition } from './open-transaction-detector.js';

function open() {
  const reported: (BlockedPartition | number)[] = [];
  const detector = new OpenTransactionDetector(1_000, {
    blockedByTransaction: (blocked) => reported.push(blocked),
    unblocked: (partition) => reported.push(partition),
  });
  return { reported, detector };
}

describe('the detector of open transactions', () => {
  it('reports a partition once when it is blocked for long, and when it is unblocked', () => {
    const { reported, detector } = open();
    for (const nowMs of [0, 500, 1_000, 1_500]) detector.fetched(3, '17', nowMs);
    expect(reported).toEqual([{ partition: 3, offset: '17', ms: 1_000 }]);
    detector.fetched(3, null, 1_600);
    detector.fetched(3, null, 1_700);
    expect(reported.slice(1)).toEqual([3]);
  });

  it('reports nothing of short transactions, one after the other', () => {
    const { reported, detector } = open();
    for (let at = 0; at < 5; at++) detector.fetched(3, String(at), at * 600);
    detector.fetched(3, null, 4_000);
    detector.fetched(3, '9', 4_100);
    expect(reported).toEqual([]);
  });

  it('stays reported when the next transaction blocks the partition at once', () => {
    const { reported, detector } = open();
    for (const nowMs of [0, 1_000]) detector.fetched(3, '17', nowMs);
    for (const nowMs of [1_100, 2_500]) detector.fetched(3, '21', nowMs);
    expect(reported).toHaveLength(1);
  });

  it('keeps partitions apart', () => {
    const { reported, detector } = open();
    for (const nowMs of [0, 600]) detector.fetched(3, '17', nowMs);
    for (const nowMs of [600, 1_200]) detector.fetched(4, '17', nowMs);
    expect(reported).toEqual([]);
  });

  it('unblocks partitions that are revoked', () => {
    const { reported, detector } = open();
    detector.fetched(3, '17', 0);
    detector.fetched(3, '17', 1_000);
    detector.fetched(4, '17', 1_000);
    detector.partitionsRevoked();
    expect(reported.slice(1)).toEqual([3]);
  });
});
