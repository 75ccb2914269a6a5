import { accountStream } from '#identity';
import type { StoredEvent } from '../store/event-source.js';
import { MemoryEventSource, memoryPosition } from '../testing/memory-event-source.js';
import { sampleEvents, withForgedData, withChange } from '../testing/sample-events.js';
import { ANNA, SAMPLE_COMMANDS, dayTime } from '../testing/sample-ledger.js';
import { replayAccount, type ReplayLimit, type StatementLine } from './replay-account.js';
import { lineJson, resultJson } from './statement-json.js';

const STREAM = accountStream(ANNA);
let events: StoredEvent[];
beforeAll(async () => {
  events = await sampleEvents({ users: [ANNA] });
});

async function replay(limit: ReplayLimit = {}, stored: StoredEvent[] = events) {
  const lines: StatementLine[] = [];
  const result = await replayAccount(new MemoryEventSource(stored), ANNA, limit, (line) => {
    lines.push(line);
    return undefined;
  });
  return { ...result, lines };
}

describe('replayAccount', () => {
  it('replays an account to its end', async () => {
    const { account, position, stopped, lines } = await replay();
    expect([account.balance, account.held, account.revision]).toEqual([766, 0, events.length - 1]);
    expect(position).toBe(memoryPosition(events.length));
    expect(stopped).toBeNull();
    expect(lines.map(({ stored }) => stored.revision)).toEqual(
      events.map(({ revision }) => revision),
    );
  });

  it('names the command behind each event', async () => {
    const { lines } = await replay({ revision: 2 });
    expect(lines.map(({ provenance }) => provenance.command)).toEqual([
      { type: 'RechargePoints', source: '/spec', id: 'r1' },
      { type: 'RechargePoints', source: '/spec', id: 'r2' },
      { type: 'ConsumePoints', source: '/spec', id: 'c1' },
    ]);
  });

  it('stops at a revision, inclusive', async () => {
    const { account, position } = await replay({ revision: 3 });
    expect([account.revision, account.balance, account.held]).toEqual([3, 890, 100]);
    expect(position).toBe(memoryPosition(4));
  });

  it('stops at a moment, inclusive', async () => {
    expect((await replay({ at: dayTime(1, '13:00') })).account.revision).toBe(3);
    expect((await replay({ at: '2030-01-02T12:59:59.999Z' })).account.revision).toBe(2);
    expect((await replay({ at: dayTime(1, '13:05') })).account.revision).toBe(3);
  });

  it('gives an empty account before its first event, and for a user without events', async () => {
    for (const { account, position, page } of [
      await replay({ at: '2029-01-01T00:00:00.000Z' }),
      await replay({}, []),
    ]) {
      expect([account.revision, account.balance, position, page]).toEqual([-1, 0, null, []]);
    }
  });

  it('shows the rows of the usage page, newest first', async () => {
    const { page } = await replay({ revision: 3 });
    expect(page.map(({ revision, line }) => [revision, line])).toEqual([
      [3, 0],
      [2, 1],
      [2, 0],
      [1, 0],
      [0, 0],
    ]);
  });

  it('shows at most twenty rows', async () => {
    const [recharge] = SAMPLE_COMMANDS;
    if (recharge === undefined) throw new Error('there are sample commands');
    const more = [30, 31, 32].map((day) => ({ ...recharge, id: `more-${day}`, at: dayTime(day) }));
    const commands = [...SAMPLE_COMMANDS, ...more];
    const { page, lines } = await replay({}, await sampleEvents({ users: [ANNA], commands }));
    const rows = lines.flatMap((line) => line.rows);
    expect(rows.length).toBeGreaterThan(20);
    expect(page.map(({ revision, line }) => [revision, line])).toEqual(
      rows
        .slice(-20)
        .reverse()
        .map(({ revision, line }) => [revision, line]),
    );
  });

  it('shows a duration only from its settlement on', async () => {
    const durationOfC2 = async (limit: ReplayLimit) =>
      (await replay(limit)).page.find(({ revision }) => revision === 3)?.duration;
    expect(await durationOfC2({ revision: 4 })).toBeNull();
    expect(await durationOfC2({ revision: 5 })).toBe(40);
  });

  it('waits for whoever prints a line before it goes on', async () => {
    const order: string[] = [];
    await replayAccount(
      new MemoryEventSource(events),
      ANNA,
      { revision: 2 },
      async ({ stored }) => {
        order.push(`begin ${stored.revision}`);
        await Promise.resolve();
        order.push(`end ${stored.revision}`);
      },
    );
    expect(order).toEqual(
      [0, 1, 2].flatMap((revision) => [`begin ${revision}`, `end ${revision}`]),
    );
  });

  it('stops where an event is missing', async () => {
    const { stopped, account } = await replay(
      {},
      events.filter(({ revision }) => revision !== 4),
    );
    expect(stopped).toEqual({ revision: 4, why: 'it is missing' });
    expect(account.revision).toBe(3);
  });

  it('stops where an event is unreadable', async () => {
    const { stopped } = await replay({}, withChange(events, STREAM, 4, { data: '{' }));
    expect(stopped).toMatchObject({ revision: 4 });
  });

  it('stops where an event does not follow from the account', async () => {
    const forged = withForgedData(events, STREAM, 5, (data) => (data['balanceAfter'] = 1));
    const { stopped } = await replay({}, forged);
    expect(stopped?.revision).toBe(5);
    expect(stopped?.why).toContain('balanceAfter says 1');
  });

  it('does not reach damage behind its limit', async () => {
    const damaged = withChange(events, STREAM, 12, { data: '{' });
    expect((await replay({ revision: 8 }, damaged)).stopped).toBeNull();
    expect((await replay({ revision: 12 }, damaged)).stopped).not.toBeNull();
  });
});

describe('the JSON of a replay', () => {
  it('has each event with its rows and command', async () => {
    const { lines } = await replay({ revision: 0 });
    expect(lines.map(lineJson)).toMatchObject([
      {
        revision: 0,
        position: memoryPosition(1),
        event: { type: 'PointsRecharged', points: 1_000 },
        command: { id: 'r1' },
        rows: [{ type: 'recharge', amount: 1_000 }],
      },
    ]);
  });

  it('has the state of the account', async () => {
    const json = resultJson(ANNA, await replay({ revision: 3 }), []);
    expect(json).toMatchObject({
      user_id: ANNA,
      revision: 3,
      at: dayTime(1, '13:00'),
      balance: 890,
      held: 100,
      batches: [{ remaining: 890, priority: 50, expires_at: null, grace: false }],
      open_consumptions: [
        { consumption_id: 'c2', revision: 3, estimate: 100, settle_by: dayTime(1, '14:00') },
      ],
      stopped: null,
    });
  });

  it('has null in the place of what an empty account does not have', async () => {
    expect(resultJson(ANNA, await replay({}, []), [])).toEqual({
      user_id: ANNA,
      revision: null,
      at: null,
      position: null,
      balance: 0,
      held: 0,
      batches: [],
      open_consumptions: [],
      page: [],
      stopped: null,
    });
  });
});
