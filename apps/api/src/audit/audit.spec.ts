import {
  accountState,
  eventsPage,
  parseWith,
  type AccountState,
  type EventsPage,
} from '#contracts';
import { MemoryEventStore } from '#event-store/testing';
import { CHAIN_START, chainHash } from '#identity';
import {
  ALICE,
  BOB,
  seedAccount,
  userPath,
  openTestApi,
  read,
  type TestApi,
} from '../testing/api-fixture.js';

describe('the stored events over HTTP', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openTestApi();
    await seedAccount(api);
  });
  afterAll(() => api.close());

  const page = async (query: string): Promise<EventsPage> => {
    const response = await read(api, userPath(`events${query}`));
    const parsed = parseWith(eventsPage, response.json());
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
    return parsed.value;
  };

  it('are listed oldest first, page by page', async () => {
    const whole = await page('');
    expect(whole.next_after).toBeNull();
    expect(whole.items.map(({ revision, type }) => [revision, type])).toEqual([
      [0, 'PointsRecharged'],
      [1, 'PointsRecharged'],
      [2, 'PointsConsumed'],
      [3, 'PointsConsumed'],
      [4, 'PointsConsumed'],
      [5, 'PointsRefunded'],
      [6, 'ConsumptionSettled'],
      [7, 'PointsRefunded'],
    ]);
    const first = await page('?limit=3');
    expect(first.next_after).toBe(2);
    const second = await page(`?limit=5&after=${first.next_after}`);
    expect(second.next_after).toBeNull();
    expect([...first.items, ...second.items]).toEqual(whole.items);
  });

  it('can be verified, hash by hash, from the answer alone', async () => {
    let before = CHAIN_START;
    // The parser is bypassed, because it orders fields differently.
    const { items } = (await read(api, userPath('events'))).json<EventsPage>();
    expect(items).toHaveLength(8);
    for (const { revision, id, type, data, meta, hash } of items) {
      const event = { id, type, data: JSON.stringify(data), meta: JSON.stringify(meta) };
      before = chainHash(before, { ...event, stream: `points-${ALICE}`, revision });
      expect(Buffer.from(before).toString('hex')).toBe(hash);
    }
  });

  it('are empty for an unknown user, and after the last event', async () => {
    const unknown = await read(api, userPath('events', BOB));
    expect(unknown.json()).toEqual({ items: [], next_after: null });
    expect(await page('?after=7')).toEqual({ items: [], next_after: null });
  });

  it.each(['after=-1', 'after=x', 'limit=101'])('reject the query %s', async (parameter) => {
    expect((await read(api, userPath(`events?${parameter}`))).statusCode).toBe(400);
  });

  const state = async (query: string): Promise<AccountState> => {
    const response = await read(api, userPath(`state${query}`));
    const parsed = parseWith(accountState, response.json());
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
    return parsed.value;
  };

  it('give the state of the account after each event', async () => {
    expect(await state('?revision=4')).toMatchObject({
      user_id: ALICE,
      revision: 4,
      at: '2030-06-01T00:04:00.000Z',
      balance: 65,
      held: 20,
      batches: [{ remaining: 65, priority: 50, expires_at: null, grace: false }],
      open_consumptions: [
        {
          consumption_id: 'c3',
          revision: 4,
          source_type: 'video',
          source_id: 'task-3',
          estimate: 20,
          settle_by: '2030-06-01T01:04:00.000Z',
          draws: [{ points: 20 }],
        },
      ],
      remembered_commands: 5,
      remembered_consumptions: 3,
    });
    expect(await state('?revision=0')).toMatchObject({ revision: 0, balance: 100, held: 0 });
  });

  it('give the current state without a revision', async () => {
    expect(await state('')).toMatchObject({ revision: 7, balance: 137, open_consumptions: [] });
  });

  it('give an empty state for an unknown user', async () => {
    const response = await read(api, userPath('state', BOB));
    expect(response.json()).toMatchObject({ revision: null, at: null, balance: 0, batches: [] });
  });

  it('give no state after the last event', async () => {
    expect((await read(api, userPath('state?revision=8'))).statusCode).toBe(404);
  });
});

describe('a damaged stream', () => {
  it.each(['events', 'state', 'balance?at=2031-01-01T00:00:00Z'])(
    'is never skipped: %s answers where it is damaged, and reports the error',
    async (path) => {
      const store = new MemoryEventStore();
      const id = '00000000-0000-5000-8000-000000000001';
      const event = { id, type: 'PointsGranted', data: '{}', meta: '{}', hash: new Uint8Array(32) };
      await store.append(`points-${ALICE}`, -1, [event]);
      const api = await openTestApi({ store });
      const response = await read(api, userPath(path));
      expect(response.statusCode).toBe(500);
      expect(response.json()).toMatchObject({
        type: 'urn:points-ledger:problem:account-damaged',
        detail: expect.stringContaining('revision 0') as string,
      });
      expect(api.reportedErrors).toHaveLength(1);
      await api.close();
    },
  );
});
