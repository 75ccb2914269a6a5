import type { Account, LedgerCommand, LedgerEvent } from '#ledger';
import {
  ORIGIN,
  consume,
  errorOf,
  eventsIn,
  expectValidHistory,
  openProcessor,
  recharge,
  refund,
  run,
  secondsLater,
} from './testing/index.js';

const FORBIDDEN = new Error('forbidden');

describe('A command whose recording is checked', () => {
  it('records nothing when the check returns an error, and leaves its id free', async () => {
    const { processor, log } = openProcessor();
    const commands = [recharge('a', 100), recharge('b', 50), recharge('c', 7)] as const;
    const [first, forbidden, last] = await Promise.all([
      processor.run(commands[0], ORIGIN),
      errorOf(processor.run(commands[1], ORIGIN, { checkRecording: () => FORBIDDEN })),
      processor.run(commands[2], ORIGIN),
    ]);
    expect(forbidden).toBe(FORBIDDEN);
    expect([first.answer.balance, last.answer.balance]).toEqual([100, 107]);
    const again = await processor.run(commands[1], ORIGIN);
    expect(again.answer).toMatchObject({ status: 'accepted', balance: 157, replayed: false });
    expectValidHistory(log);
  });

  it('passes its events and the account before them to the check', async () => {
    const { processor } = openProcessor();
    await run(processor, recharge('a', 100), consume('job', 30));
    const seen: { events: readonly LedgerEvent[]; account: Account }[] = [];
    await processor.run(refund('back', 'job'), ORIGIN, {
      checkRecording: (events, account) => {
        seen.push({ events, account });
        expect(account.balance).toBe(70);
        return null;
      },
    });
    expect(seen[0]?.events).toMatchObject([{ type: 'PointsRefunded', points: 30 }]);
  });

  it('is not checked when it is a repeat, and gets its first answer', async () => {
    const { processor } = openProcessor();
    const [first] = await run(processor, recharge('a', 100));
    const checkRecording = (): Error => FORBIDDEN;
    const again = await processor.run(recharge('a', 100), ORIGIN, { checkRecording });
    expect(again.answer).toEqual({ ...first?.answer, replayed: true });
  });

  it('is checked again on events that others wrote meanwhile', async () => {
    const { processor, log } = openProcessor();
    const other = openProcessor({ log });
    await run(processor, recharge('a', 100));
    await run(other.processor, consume('job', 100));
    const balances: number[] = [];
    const error = await errorOf(
      processor.run(consume('more', 1), ORIGIN, {
        checkRecording: (_, account) => {
          balances.push(account.balance);
          return FORBIDDEN;
        },
      }),
    );
    expect(error).toBe(FORBIDDEN);
    expect(balances).toEqual([100, 0]);
  });

  it('records no due expiry either when it is forbidden', async () => {
    const { processor, log } = openProcessor();
    const shortLived: LedgerCommand = {
      ...recharge('a', 100),
      type: 'RechargePoints',
      rechargeId: null,
      points: 100,
      expiresAt: secondsLater(1),
      priority: 50,
      sourceId: null,
    };
    await run(processor, shortLived);
    const late = recharge('b', 1, { at: secondsLater(10) });
    const types: string[] = [];
    await errorOf(
      processor.run(late, ORIGIN, {
        checkRecording: (events) => {
          types.push(...events.map(({ type }) => type));
          return FORBIDDEN;
        },
      }),
    );
    expect(types).toEqual(['PointsExpired', 'PointsRecharged']);
    expect(eventsIn(log)).toHaveLength(1);
  });
});
