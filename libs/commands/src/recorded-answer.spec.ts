import { MemoryLog } from '#event-store/testing';
import { DEFAULT_POLICY } from '#ledger';
import {
  AT,
  USER,
  consume,
  eventsIn,
  expire,
  openProcessor,
  recharge,
  run,
  secondsLater,
} from './testing/index.js';

const DAY_SECONDS = 86_400;

describe('The recorded answer to a command', () => {
  it('is the one that its repeat gets, accepted or refused', async () => {
    const { processor, log } = openProcessor();
    const commands = [recharge('r', 100), consume('a', 40), consume('b', 1_000)];
    await run(processor, ...commands);
    const other = openProcessor({ log }).processor;
    for (const command of commands) {
      const found = await other.findAnswer(USER, command.commandId);
      const [repeat] = await run(processor, command);
      // Commands of this spec stand without their data, so that a refused one does not tell what it was about.
      const isRefused = repeat?.answer.code !== null;
      expect(found?.answer).toEqual({
        ...repeat?.answer,
        ...(isRefused && { consumptionId: null }),
      });
      expect(found?.position).toBe(repeat?.position);
      const { type, source, id, userId } = command;
      expect(found?.command).toEqual({ type, source, id, userId });
    }
    expect(eventsIn(log)).toHaveLength(3);
  });

  it('is null for a command that the account never answered, and nothing is recorded', async () => {
    const { processor, log } = openProcessor();
    expect(await processor.findAnswer(USER, consume('a', 1).commandId)).toBeNull();
    await run(processor, recharge('r', 100), expire('e'));
    // Nothing was due, and nothing was recorded for it.
    expect(await processor.findAnswer(USER, expire('e').commandId)).toBeNull();
    expect(eventsIn(log)).toHaveLength(1);
  });

  it('covers what fell due before the command, of whichever command that is', async () => {
    const { processor } = openProcessor();
    const gift = { ...recharge('gift', 60), expiresAt: secondsLater(10) };
    await run(processor, recharge('r', 100), gift);
    const late = consume('late', 5, { at: secondsLater(20) });
    const [first] = await run(processor, late);
    const found = await processor.findAnswer(USER, late.commandId);
    expect(found?.answer).toEqual({ ...first?.answer, replayed: true });
    expect(found?.answer).toMatchObject({ balance: 95, points: 5 });
  });

  it('is null once the account has forgotten the command', async () => {
    const policy = { ...DEFAULT_POLICY, rememberMin: 1, rememberMax: 10, rememberDays: 8 };
    const log = new MemoryLog();
    let nowMs = Date.parse(AT);
    const clock = { now: () => nowMs, timeOfDay: () => nowMs, after: () => () => undefined };
    const { processor } = openProcessor({ log, policy, clock });
    const [first, last] = [recharge('r', 100), consume('a', 5, { at: secondsLater(1) })];
    await run(processor, first, last);
    nowMs += 7 * DAY_SECONDS * 1_000;
    expect(await processor.findAnswer(USER, first.commandId)).not.toBeNull();
    nowMs += 2 * DAY_SECONDS * 1_000;
    expect(await processor.findAnswer(USER, first.commandId)).toBeNull();
    // The newest ones are remembered, however old they are.
    expect(await processor.findAnswer(USER, last.commandId)).not.toBeNull();
  });

  it('is rejected when the processor shuts down', async () => {
    const { processor } = openProcessor();
    await processor.drain(100);
    await expect(processor.findAnswer(USER, recharge('r', 1).commandId)).rejects.toMatchObject({
      code: 'closing',
    });
  });
});
