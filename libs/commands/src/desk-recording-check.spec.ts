import type { Account, LedgerCommand, LedgerEvent } from '#ledger';
import {
  ORIGIN,
  consume,
  errorOf,
  eventsIn,
  expectSound,
  openDesk,
  recharge,
  refund,
  run,
  secondsLater,
} from './desk.suite.js';

const FORBIDDEN = new Error('forbidden');

describe('A command whose recording is checked', () => {
  it('records nothing where the check objects, and leaves its id free', async () => {
    const { desk, log } = openDesk();
    const commands = [recharge('a', 100), recharge('b', 50), recharge('c', 7)] as const;
    const [first, forbidden, last] = await Promise.all([
      desk.run(commands[0], ORIGIN),
      errorOf(desk.run(commands[1], ORIGIN, { checkRecording: () => FORBIDDEN })),
      desk.run(commands[2], ORIGIN),
    ]);
    expect(forbidden).toBe(FORBIDDEN);
    expect([first.answer.balance, last.answer.balance]).toEqual([100, 107]);
    const again = await desk.run(commands[1], ORIGIN);
    expect(again.answer).toMatchObject({ status: 'accepted', balance: 157, replayed: false });
    expectSound(log);
  });

  it('shows the check its events, and the account as it is before them', async () => {
    const { desk } = openDesk();
    await run(desk, recharge('a', 100), consume('job', 30));
    const seen: { events: readonly LedgerEvent[]; account: Account }[] = [];
    await desk.run(refund('back', 'job'), ORIGIN, {
      checkRecording: (events, account) => {
        seen.push({ events, account });
        expect(account.balance).toBe(70);
        return null;
      },
    });
    expect(seen[0]?.events).toMatchObject([{ type: 'PointsRefunded', points: 30 }]);
  });

  it('is not asked about when it is repeated: it gets its first answer', async () => {
    const { desk } = openDesk();
    const [first] = await run(desk, recharge('a', 100));
    const checkRecording = (): Error => FORBIDDEN;
    const again = await desk.run(recharge('a', 100), ORIGIN, { checkRecording });
    expect(again.answer).toEqual({ ...first?.answer, replayed: true });
  });

  it('is checked again on what others wrote meanwhile', async () => {
    const { desk, log } = openDesk();
    const other = openDesk({ log });
    await run(desk, recharge('a', 100));
    await run(other.desk, consume('job', 100));
    const balances: number[] = [];
    const error = await errorOf(
      desk.run(consume('more', 1), ORIGIN, {
        checkRecording: (_, account) => {
          balances.push(account.balance);
          return FORBIDDEN;
        },
      }),
    );
    expect(error).toBe(FORBIDDEN);
    expect(balances).toEqual([100, 0]);
  });

  it('lets nothing fall due either, where it is forbidden', async () => {
    const { desk, log } = openDesk();
    const shortLived: LedgerCommand = {
      ...recharge('a', 100),
      type: 'RechargePoints',
      points: 100,
      expiresAt: secondsLater(1),
      priority: 50,
      sourceId: null,
    };
    await run(desk, shortLived);
    const late = recharge('b', 1, { at: secondsLater(10) });
    const types: string[] = [];
    await errorOf(
      desk.run(late, ORIGIN, {
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
