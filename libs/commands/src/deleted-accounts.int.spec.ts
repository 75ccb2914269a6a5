import { EventStoreDBClient } from '@eventstore/db-client';
import { EventStoreDbEventStore } from '#event-store';
import { accountStream } from '#identity';
import { EventStoreDbProtocolServer } from '#testing';
import { fixedSettings } from '#settings/testing';
import { AccountCommandProcessor } from './account-command-processor.js';
import { ORIGIN, consume, errorOf, recharge, run, userOf } from './testing/index.js';
import { AccountDamaged } from './errors.js';

// By default any user of an EventStoreDB may delete and truncate any stream.

const credentials = { username: 'unknown', password: 'none' };

describe('An account whose stream was deleted or truncated on EventStoreDB', () => {
  const server = new EventStoreDbProtocolServer();
  let client: EventStoreDBClient;
  let store: EventStoreDbEventStore;
  const openProcessor = () => {
    const alarms: unknown[] = [];
    const alarm = (error: unknown) => void alarms.push(error);
    const processor = new AccountCommandProcessor({
      store,
      settings: fixedSettings(),
      observer: { alarm },
    });
    return { processor, alarms };
  };
  beforeAll(() => server.start());
  afterAll(() => server.stop());
  beforeEach(() => {
    client = EventStoreDBClient.connectionString(server.connectionString);
    store = new EventStoreDbEventStore(server.connectionString, { streamPrefixes: ['points-'] });
  });
  afterEach(async () => {
    await store.close();
    await client.dispose();
  });

  const tamperings: [string, (stream: string) => Promise<unknown>][] = [
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
      'truncated completely',
      (stream) => client.setStreamMetadata(stream, { truncateBefore: 2 }, { credentials }),
    ],
  ];
  it.each(tamperings.map(([what, tamper], n) => ({ what, meddle: tamper, n })))(
    'accepts no command and is not replaced by a new account: $what',
    async ({ meddle: tamper, n }) => {
      const [userId, other] = [userOf(2 * n), userOf(2 * n + 1)];
      const stream = accountStream(userId);
      await run(
        openProcessor().processor,
        recharge('r', 100, { userId }),
        consume('a', 40, { userId }),
      );
      await tamper(stream);
      const before = server.log.streamOf(stream).length;
      const { processor, alarms } = openProcessor();
      const [error, beside] = await Promise.all([
        errorOf(processor.run(recharge('again', 5, { userId }), ORIGIN)),
        processor.run(recharge('r', 7, { userId: other }), ORIGIN),
      ]);
      expect(error).toBeInstanceOf(AccountDamaged);
      expect(error).toMatchObject({ stream });
      expect(alarms).toEqual([error]);
      expect(beside.answer.balance).toBe(7);
      expect(server.log.streamOf(stream)).toHaveLength(before);
    },
  );

  it('is reported as damaged by the append of a processor that had it cached', async () => {
    const userId = userOf(4_711);
    const { processor } = openProcessor();
    await run(processor, recharge('r', 100, { userId }));
    await client.tombstoneStream(accountStream(userId), { credentials });
    const error = await errorOf(processor.run(consume('a', 1, { userId }), ORIGIN));
    expect(error).toBeInstanceOf(AccountDamaged);
    expect(error).toMatchObject({ stream: accountStream(userId), revision: 1 });
  });
});
