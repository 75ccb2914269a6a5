import { DEFAULT_POLICY } from '#ledger';
import { COMMAND_LIMITS, unansweredMax } from './command-limits.js';
import {
  JumpingClock,
  ORIGIN,
  accountIn,
  consume,
  errorOf,
  eventsIn,
  eventually,
  expectValidHistory,
  faults,
  gate,
  openProcessor,
  recharge,
  run,
  userOf,
} from './testing/processor-harness.js';

describe('Room at the desk', () => {
  it('is never exceeded: whoever finds none waits, and nothing is lost', async () => {
    const limits = { commandsMax: 10, accountCommandsMax: 4, queuedCommandsMax: 1_000 };
    let most = 0;
    const opened = openProcessor({
      limits,
      faultOf: () => {
        most = Math.max(most, opened.processor.stats.active);
        return undefined;
      },
    });
    const { processor, log } = opened;
    const commands = Array.from({ length: 600 }, (_, i) =>
      recharge(`r${i}`, 1, { userId: userOf(i % 6) }),
    );
    await run(processor, ...commands);
    expect(most).toBe(10);
    for (let n = 0; n < 6; n += 1) {
      expect(accountIn(log, userOf(n)).balance).toBe(100);
      expectValidHistory(log, userOf(n));
    }
    expect(processor.stats).toMatchObject({ active: 0, queued: 0 });
  });

  it('is given in the order in which an account asked for it', async () => {
    const { processor, log } = openProcessor({ limits: { accountCommandsMax: 2 } });
    const commands = Array.from({ length: 50 }, (_, i) => recharge(`r${i}`, i + 1));
    await run(processor, ...commands);
    const order = eventsIn(log).map((event) =>
      event.type === 'PointsRecharged' ? event.points : 0,
    );
    expect(order).toEqual(commands.map((_, i) => i + 1));
  });

  it('is refused at once to those who will not wait', async () => {
    const { opened: stallUntil, open } = gate();
    const { processor } = openProcessor({
      limits: { accountCommandsMax: 1 },
      faultOf: faults({ stallUntil }),
    });
    const inside = processor.run(recharge('r1', 1), ORIGIN);
    const error = await errorOf(processor.run(recharge('r2', 1), ORIGIN, { waitMsMax: 0 }));
    expect(error).toMatchObject({ name: 'NotAnswered', code: 'overloaded' });
    open();
    await inside;
    const [again] = await run(processor, recharge('r2', 1));
    expect(again?.answer.balance).toBe(2);
  });

  it('is refused in the end to those who wait only so long', async () => {
    const { opened: stallUntil, open } = gate();
    const { processor } = openProcessor({
      limits: { accountCommandsMax: 1 },
      faultOf: faults({ stallUntil }),
    });
    const inside = processor.run(recharge('r1', 1), ORIGIN);
    const error = await errorOf(processor.run(recharge('r2', 1), ORIGIN, { waitMsMax: 5 }));
    expect(error).toMatchObject({ code: 'overloaded' });
    expect(processor.stats.queued).toBe(0);
    open();
    await inside;
  });

  it('is refused at once when the line is full too', async () => {
    const { opened: stallUntil, open } = gate();
    const { processor } = openProcessor({
      limits: { accountCommandsMax: 1, queuedCommandsMax: 1 },
      faultOf: faults({ stallUntil }),
    });
    const waiting = run(processor, recharge('r1', 1), recharge('r2', 1));
    const error = await errorOf(processor.run(recharge('r3', 1), ORIGIN));
    expect(error).toMatchObject({ code: 'overloaded' });
    open();
    expect((await waiting).map(({ answer }) => answer.balance)).toEqual([1, 2]);
  });

  it('of one account is at most half of what it remembers', async () => {
    const policy = { ...DEFAULT_POLICY, rememberMin: 4, rememberMax: 8 };
    const { opened: stallUntil, open } = gate();
    const { processor } = openProcessor({ policy, faultOf: faults({ stallUntil }) });
    const commands = Array.from({ length: 9 }, (_, i) => recharge(`r${i}`, 1));
    const running = run(processor, ...commands);
    expect(processor.stats).toMatchObject({ active: 4, queued: 5 });
    open();
    await running;
    expect(unansweredMax(DEFAULT_POLICY)).toBeGreaterThanOrEqual(COMMAND_LIMITS.accountCommandsMax);
  });
});

describe('Draining the desk', () => {
  it('finishes what is inside, and takes nothing new', async () => {
    const { opened: stallUntil, open } = gate();
    const { processor, log } = openProcessor({
      limits: { accountCommandsMax: 2 },
      faultOf: faults({ stallUntil }),
    });
    const inside = run(processor, recharge('r1', 1), recharge('r2', 1));
    const inLine = errorOf(processor.run(recharge('r3', 1), ORIGIN));
    const drained = processor.drain(5_000);
    const late = errorOf(processor.run(recharge('r4', 1), ORIGIN));
    expect(await inLine).toMatchObject({ code: 'closing' });
    expect(await late).toMatchObject({ code: 'closing' });
    open();
    expect(await drained).toBe(true);
    expect((await inside).map(({ answer }) => answer.balance)).toEqual([1, 2]);
    expect(eventsIn(log)).toHaveLength(2);
  });

  it('is done at once when nothing is under way, however often it is asked for', async () => {
    const { processor } = openProcessor();
    await run(processor, recharge('r', 1));
    expect(await processor.drain(0)).toBe(true);
    expect(await processor.drain(0)).toBe(true);
  });

  it('gives up in time what the store does not answer, and says so', async () => {
    const { opened: stallUntil, open } = gate();
    const { processor, log } = openProcessor({
      faultOf: faults({ stallUntil }),
      clock: new JumpingClock(),
    });
    const inside = errorOf(run(processor, recharge('r', 1), consume('a', 1)));
    await Promise.resolve();
    expect(await processor.drain(100)).toBe(false);
    expect(await inside).toMatchObject({ name: 'NotAnswered', code: 'outcome-unknown' });
    expect(processor.stats.active).toBe(0);
    open();
    await eventually(() => expect(eventsIn(log)).toHaveLength(2));
  });
});
