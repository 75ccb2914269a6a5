import type { KafkaConnection } from './connection.js';
import { openLagMeter } from './lag-meter.js';

interface Offsets {
  readonly ends: readonly (readonly [partition: number, low: string, high: string])[];
  readonly committed: readonly (readonly [partition: number, offset: string])[];
}

/** A connection whose broker answers with these offsets. */
function brokerWith({ ends, committed }: Offsets) {
  const state = { isConnected: false };
  const admin = {
    connect: async () => void (state.isConnected = true),
    disconnect: async () => void (state.isConnected = false),
    fetchTopicOffsets: async () =>
      ends.map(([partition, low, high]) => ({ partition, low, high, offset: high })),
    fetchOffsets: async () => [
      { topic: 't', partitions: committed.map(([partition, offset]) => ({ partition, offset })) },
    ],
  };
  return { state, connection: { admin: () => admin } as unknown as KafkaConnection };
}

async function measure(offsets: Offsets) {
  const meter = await openLagMeter(brokerWith(offsets).connection, { topic: 't', groupId: 'g' });
  return meter.measure();
}

describe('the lag of a group', () => {
  it('is the number of messages after the committed offset', async () => {
    expect(await measure({ ends: [[0, '0', '100']], committed: [[0, '93']] })).toEqual([
      { partition: 0, committed: '93', end: '100', messages: 7 },
    ]);
  });

  it('is all messages of a partition for which nothing is committed', async () => {
    expect(await measure({ ends: [[0, '20', '100']], committed: [[0, '-1']] })).toEqual([
      { partition: 0, committed: null, end: '100', messages: 80 },
    ]);
    expect(await measure({ ends: [[0, '20', '100']], committed: [] })).toMatchObject([
      { committed: null, messages: 80 },
    ]);
  });

  it('does not count messages that were deleted unread', async () => {
    const lag = await measure({ ends: [[0, '50', '100']], committed: [[0, '10']] });
    expect(lag).toMatchObject([{ committed: '10', messages: 50 }]);
  });

  it('is never negative, when the topic was created again', async () => {
    const lag = await measure({ ends: [[0, '0', '5']], committed: [[0, '10']] });
    expect(lag).toMatchObject([{ messages: 0 }]);
  });

  it('lists the partitions in order', async () => {
    const ends = [2, 0, 1].map((partition) => [partition, '0', '1'] as const);
    const lag = await measure({ ends, committed: [] });
    expect(lag.map(({ partition }) => partition)).toEqual([0, 1, 2]);
  });

  it('keeps its connection until it is closed', async () => {
    const { state, connection } = brokerWith({ ends: [], committed: [] });
    const meter = await openLagMeter(connection, { topic: 't', groupId: 'g' });
    expect(state.isConnected).toBe(true);
    await meter.close();
    expect(state.isConnected).toBe(false);
  });
});
