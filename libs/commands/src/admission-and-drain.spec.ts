import { AutoAdvancingClock } from '#async/testing';
import { eventually } from '#testing';
import { DEFAULT_POLICY } from '#ledger';
import { COMMAND_LIMITS, unansweredMax } from './command-limits.js';
import {
  ORIGIN,
  accountIn,
  consume,
  errorOf,
  eventsIn,
  expectValidHistory,
  faults,
  gate,
  openProcessor,
  recharge,
  run,
  userOf,
} from './testing/index.js';

describe('Admission to the processor', () => {
  it('never exceeds its limits, queues the other commands and loses none', async () => {
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

  it('keeps the order of the commands of an account', async () => {
    const { processor, log } = openProcessor({ limits: { accountCommandsMax: 2 } });
    const commands = Array.from({ length: 50 }, (_, i) => recharge(`r${i}`, i + 1));
    await run(processor, ...commands);
    const order = eventsIn(log).map((event) =>
      event.type === 'PointsRecharged' ? event.points : 0,
    );
    expect(order).toEqual(commands.map((_, i) => i + 1));
  });

  it('rejects at once a command that may not be queued', async () => {
    const { opened: stallUntil, open } = gate();
    const { processor } = openProcessor({
      limits: { accountCommandsMax: 1 },
      faultOf: faults({ stallUntil }),
    });
    const inside = processor.run(recharge('r1', 1), ORIGIN);
    const error = await errorOf(processor.run(recharge('r2', 1), ORIGIN, { waitMsMax: 0 }));
    expect(error).toMatchObject({ name: 'RetryableCommandError', code: 'overloaded' });
    open();
    await inside;
    const [again] = await run(processor, recharge('r2', 1));
    expect(again?.answer.balance).toBe(2);
  });

  it('rejects a command that was queued for its whole wait', async () => {
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

  it('rejects at once when the queue is full', async () => {
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

  it('admits at most half of the commands that an account is sure to recognise', async () => {
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

describe('Draining the processor', () => {
  it('finishes admitted commands and accepts no new one', async () => {
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

  it('resolves at once when nothing is in progress, however often it is called', async () => {
    const { processor } = openProcessor();
    await run(processor, recharge('r', 1));
    expect(await processor.drain(0)).toBe(true);
    expect(await processor.drain(0)).toBe(true);
  });

  it('gives up calls that the store does not answer in time and reports it', async () => {
    const { opened: stallUntil, open } = gate();
    const { processor, log } = openProcessor({
      faultOf: faults({ stallUntil }),
      clock: new AutoAdvancingClock(),
    });
    const inside = errorOf(run(processor, recharge('r', 1), consume('a', 1)));
    await Promise.resolve();
    expect(await processor.drain(100)).toBe(false);
    expect(await inside).toMatchObject({ name: 'RetryableCommandError', code: 'outcome-unknown' });
    expect(processor.stats.active).toBe(0);
    open();
    await eventually(() => expect(eventsIn(log)).toHaveLength(2));
  });
});
