import { EventStoreDBClient } from '@eventstore/db-client';
import { EventStoreDbEventStore } from '#event-store';
import { DEFAULT_POLICY } from '#ledger';
import { EventStoreDbProtocolServer } from '#testing';
import { AccountDesk, streamOf } from './account-desk.js';
import { ORIGIN, consume, errorOf, recharge, run, userOf } from './desk.suite.js';
import { AccountDamaged } from './errors.js';

// By default any user of an EventStoreDB may delete and truncate any stream.

const credentials = { username: 'nobody', password: 'none' };

describe('An account whose stream somebody has meddled with on EventStoreDB', () => {
  const server = new EventStoreDbProtocolServer();
  let client: EventStoreDBClient;
  let store: EventStoreDbEventStore;
  const openDesk = () => {
    const alarms: unknown[] = [];
    const alarm = (error: unknown) => void alarms.push(error);
    const desk = new AccountDesk({ store, policy: DEFAULT_POLICY, observer: { alarm } });
    return { desk, alarms };
  };
  beforeAll(() => server.start());
  afterAll(() => server.stop());
  beforeEach(() => {
    client = EventStoreDBClient.connectionString(server.connectionString);
    store = new EventStoreDbEventStore(server.connectionString, { streamPrefix: 'points-' });
  });
  afterEach(async () => {
    await store.close();
    await client.dispose();
  });

  const meddled: [string, (stream: string) => Promise<unknown>][] = [
    ['deleted', (stream) => client.deleteStream(stream, { credentials })],
    ['deleted for ever', (stream) => client.tombstoneStream(stream, { credentials })],
    [
      'truncated at its beginning',
      (stream) => client.setStreamMetadata(stream, { truncateBefore: 1 }, { credentials }),
    ],
    [
      'truncated to its newest event',
      (stream) => client.setStreamMetadata(stream, { maxCount: 1 }, { credentials }),
    ],
    [
      'truncated to nothing',
      (stream) => client.setStreamMetadata(stream, { truncateBefore: 2 }, { credentials }),
    ],
  ];
  it.each(meddled.map(([what, meddle], n) => ({ what, meddle, n })))(
    'takes no command, and no account begins anew in its place: $what',
    async ({ meddle, n }) => {
      const [userId, other] = [userOf(2 * n), userOf(2 * n + 1)];
      const stream = streamOf(userId);
      await run(openDesk().desk, recharge('r', 100, { userId }), consume('a', 40, { userId }));
      await meddle(stream);
      const before = server.log.streamOf(stream).length;
      const { desk, alarms } = openDesk();
      const [error, beside] = await Promise.all([
        errorOf(desk.run(recharge('again', 5, { userId }), ORIGIN)),
        desk.run(recharge('r', 7, { userId: other }), ORIGIN),
      ]);
      expect(error).toBeInstanceOf(AccountDamaged);
      expect(error).toMatchObject({ stream });
      expect(alarms).toEqual([error]);
      expect(beside.answer.balance).toBe(7);
      expect(server.log.streamOf(stream)).toHaveLength(before);
    },
  );

  it('is told as damaged by a desk that knew it, when it appends', async () => {
    const userId = userOf(4_711);
    const { desk } = openDesk();
    await run(desk, recharge('r', 100, { userId }));
    await client.tombstoneStream(streamOf(userId), { credentials });
    const error = await errorOf(desk.run(consume('a', 1, { userId }), ORIGIN));
    expect(error).toBeInstanceOf(AccountDamaged);
    expect(error).toMatchObject({ stream: streamOf(userId), revision: 1 });
  });
});
