import { DEFAULT_POLICY, emptyAccount, type LedgerCommand, type LedgerEvent } from '#ledger';
import { DayTotals } from './day-totals.js';
import { NotAllowed } from './denial.js';
import type { Sender } from './sender.js';
import { SenderPermission } from './sender-permission.js';
import { buildSender } from './testing/sender-builder.js';

const ACCOUNT = emptyAccount(DEFAULT_POLICY);
const consume = (points: number, at = '2030-01-01T12:00:00.000Z'): LedgerCommand => ({
  userId: '7f6a52b8-1f9d-4a59-9a51-0d6a3f0f2d11',
  source: '/tts',
  id: 'job-1',
  commandId: '0a6a52b8-1f9d-4a59-9a51-0d6a3f0f2d11',
  digest: 'd',
  at,
  type: 'ConsumePoints',
  quantity: null,
  overrun: null,
  onTimeout: null,
  points,
  sourceType: 'tts',
  sourceId: null,
  duration: null,
  settleWithin: null,
  consumptionId: 'job-1',
});
const consumed = (points: number): LedgerEvent[] => [
  { type: 'PointsConsumed', points } as unknown as LedgerEvent,
];

function open(changes: Partial<Sender> | null) {
  const totals = new DayTotals();
  const sender = changes === null ? null : buildSender(changes);
  const permission = new SenderPermission(sender, totals);
  /** Executes a command that would record `points`, and is decided `times` times. */
  const execute = (points: number, { at = '2030-01-01T12:00:00.000Z', times = 1 } = {}) =>
    permission.execute(consume(points, at), async (check) => {
      for (let n = 0; n < times; n += 1) {
        const denial = check?.(consumed(points), ACCOUNT) ?? null;
        if (denial !== null) throw denial;
      }
      return check === undefined ? 'unchecked' : 'checked';
    });
  return { permission, totals, execute };
}

describe('The permission of a sender', () => {
  it('lets any command pass unchecked when senders are not checked', async () => {
    expect(await open(null).execute(1_000_000)).toBe('unchecked');
  });

  it('lets a command of an unlimited sender pass without a recording check', async () => {
    expect(await open({}).execute(1_000_000)).toBe('unchecked');
  });

  it('rejects a denied command before it is executed', async () => {
    const { permission } = open({ types: new Set(['ExpirePoints']) });
    let executed = 0;
    const executing = permission.execute(consume(1), async () => {
      executed += 1;
    });
    await expect(executing).rejects.toBeInstanceOf(NotAllowed);
    await expect(executing).rejects.toMatchObject({ denial: { cause: 'type', sender: 'tts' } });
    expect(executed).toBe(0);
  });

  it('counts the points of executed commands by day', async () => {
    const { execute, totals } = open({ pointsPerDayMax: 100 });
    await execute(60);
    await execute(30, { at: '2030-01-02T00:00:00.000Z' });
    expect(totals.totalOf('tts', '2030-01-01')).toBe(60);
    expect(totals.totalOf('tts', '2030-01-02')).toBe(30);
  });

  it('rejects what would exceed the daily limit, and counts none of it', async () => {
    const { execute, totals } = open({ pointsPerDayMax: 100 });
    await execute(60);
    await expect(execute(41)).rejects.toMatchObject({
      denial: {
        cause: 'points_per_day',
        detail:
          'the sender tts may not move 41 points more on 2030-01-01 (UTC): it moved 60, and its points_per_day_max is 100',
      },
    });
    expect(totals.totalOf('tts', '2030-01-01')).toBe(60);
    await execute(40);
    expect(totals.totalOf('tts', '2030-01-01')).toBe(100);
  });

  it('counts a command that is decided several times once', async () => {
    const { execute, totals } = open({ pointsPerDayMax: 100 });
    await execute(60, { times: 5 });
    expect(totals.totalOf('tts', '2030-01-01')).toBe(60);
  });

  it('does not count a command that was not recorded', async () => {
    const { permission, totals } = open({ pointsPerDayMax: 100 });
    const executing = permission.execute(consume(60), async (check) => {
      check?.(consumed(60), ACCOUNT);
      throw new Error('the store is unavailable');
    });
    await expect(executing).rejects.toThrow('the store is unavailable');
    expect(totals.totalOf('tts', '2030-01-01')).toBe(0);
  });

  it('does not count points for a sender without a daily limit', async () => {
    const { execute, totals } = open({ pointsMax: 100 });
    expect(await execute(60)).toBe('checked');
    expect(totals.totalOf('tts', '2030-01-01')).toBe(0);
  });
});
