import { AutoAdvancingClock } from '#async/testing';
import { eventually, seededRandom } from '#testing';
import {
  MemoryLog,
  MemorySnapshotStore,
  type AppendCall,
  type MemoryFault,
} from '#event-store/testing';
import type { LedgerCommand } from '#ledger';
import type { AccountCommandProcessor } from './account-command-processor.js';
import {
  ORIGIN,
  accountIn,
  consume,
  errorOf,
  eventsIn,
  expectRecorded,
  expectValidHistory,
  faults,
  gate,
  openProcessor,
  recharge,
  run,
  withSeals,
  userOf,
} from './testing/index.js';
import { RetryableCommandError } from './errors.js';
import type { CommandResult } from './command-batch.js';

const always = (fault: MemoryFault) => () => fault;

describe('A failing store', () => {
  it('that loses the answer after the commit is called again, and records once', async () => {
    const { processor, log, appends, observed } = openProcessor({ faultOf: faults('answer-lost') });
    const [, spent] = await run(processor, recharge('r', 100), consume('a', 40));
    expect(spent?.answer).toMatchObject({ status: 'accepted', balance: 60, replayed: false });
    expect(appends).toHaveLength(2);
    expect(appends[1]).toEqual(appends[0]);
    expect(observed('appendOutcomeUnknown')).toHaveLength(1);
    expect(eventsIn(log)).toHaveLength(2);
    await run(processor, consume('b', 10));
    expectValidHistory(log);
  });

  it('that loses the answer still returns the position on the retry', async () => {
    const { processor, log } = openProcessor({ faultOf: faults('answer-lost') });
    const [answered] = await run(processor, recharge('r', 100));
    expect(answered?.position).toBe(`memory:${String(log.size).padStart(16, '0')}`);
  });

  it('that loses the append is called again, and records once', async () => {
    const { processor, log } = openProcessor({
      faultOf: faults('lost-before-commit', 'lost-before-commit'),
      clock: new AutoAdvancingClock(),
    });
    const [answered] = await run(processor, recharge('r', 100));
    expect(answered?.answer).toMatchObject({ status: 'accepted', balance: 100 });
    expect(eventsIn(log)).toHaveLength(1);
  });

  it('that reports a conflict is read again, and the batch is decided again', async () => {
    const { processor, log, observed } = openProcessor({
      faultOf: faults('none', 'conflict', 'conflict'),
    });
    await run(processor, recharge('r', 100));
    const [spent] = await run(processor, consume('a', 40));
    expect(spent?.answer).toMatchObject({ status: 'accepted', balance: 60, revision: 1 });
    expect(observed('conflicted')).toHaveLength(2);
    expectValidHistory(log);
  });

  it('that receives every append twice records once', async () => {
    const { processor, log } = openProcessor({ faultOf: always('repeat') });
    await run(processor, recharge('r', 100));
    const [spent] = await run(processor, consume('a', 40));
    expect(spent?.answer).toMatchObject({ balance: 60, replayed: false });
    expect(eventsIn(log)).toHaveLength(2);
    expectValidHistory(log);
  });

  it('that never answers a call is called again, and the late call changes nothing', async () => {
    const { opened: stallUntil, open } = gate();
    const { processor, log, appends } = openProcessor({
      faultOf: faults({ stallUntil }),
      clock: new AutoAdvancingClock(),
    });
    const [answered] = await run(processor, recharge('r', 100));
    expect(answered?.answer.balance).toBe(100);
    expect(appends).toHaveLength(2);
    open();
    await run(processor, consume('a', 40));
    expect(eventsIn(log)).toHaveLength(2);
    expectValidHistory(log);
  });

  it('that never confirms is given up in time, with all later commands of the account', async () => {
    const clock = new AutoAdvancingClock();
    const { processor, log, observed } = openProcessor({
      clock,
      // Only the append of the first command fails. The later ones must not overtake it.
      faultOf: ({ events }) =>
        events[0].data.includes('"points":7') ? 'lost-before-commit' : undefined,
      limits: { appendEventsMax: 1, accountCommandsMax: 2 },
    });
    const [first, behind, inLine] = [7, 1, 1].map((points, i) =>
      errorOf(processor.run(recharge(`r${i}`, points), ORIGIN)),
    );
    for (const error of [await first, await behind, await inLine]) {
      expect(error).toBeInstanceOf(RetryableCommandError);
      expect(error).toMatchObject({ code: 'outcome-unknown' });
    }
    expect(clock.now()).toBeLessThan(20_000);
    expect(observed('appendOutcomeUnknown').length).toBeGreaterThan(3);
    expect(processor.stats).toEqual({ active: 0, queued: 0, cached: 0 });
    expect(log.size).toBe(0);
    const [again] = await run(processor, recharge('r1', 1));
    expect(again?.answer).toMatchObject({ balance: 1, replayed: false });
  });

  it('lets a given-up command be answered when it is sent again, recorded or not', async () => {
    let isAway = true;
    const { processor, log } = openProcessor({
      clock: new AutoAdvancingClock(),
      faultOf: () => (isAway ? 'answer-lost' : undefined),
      readFaultOf: () => (isAway && log.size > 0 ? new Error('away') : undefined),
    });
    const error = await errorOf(processor.run(recharge('r', 100), ORIGIN));
    expect(error).toMatchObject({ code: 'outcome-unknown' });
    isAway = false;
    const [again, next] = await run(processor, recharge('r', 100), consume('a', 40));
    expect(again?.answer).toMatchObject({ balance: 100, replayed: true });
    expect(next?.answer).toMatchObject({ balance: 60, replayed: false });
    expectValidHistory(log);
  });

  it('that can’t be read is retried', async () => {
    const failures = [new Error('away'), new Error('away')];
    const { processor, observed } = openProcessor({
      readFaultOf: () => failures.shift(),
    });
    const [answered] = await run(processor, recharge('r', 100));
    expect(answered?.answer.balance).toBe(100);
    expect(observed('readFailed')).toHaveLength(2);
  });

  it('that stays unreadable is given up in time, and nothing is recorded', async () => {
    const cause = new Error('away');
    const { processor, log } = openProcessor({
      readFaultOf: () => cause,
      clock: new AutoAdvancingClock(),
    });
    const error = await errorOf(run(processor, recharge('r', 100), consume('a', 1)));
    expect(error).toMatchObject({ name: 'RetryableCommandError', code: 'store-away', cause });
    expect(log.size).toBe(0);
  });

  it('that always reports a conflict is given up after the configured number of conflicts', async () => {
    const { processor, appends } = openProcessor({
      faultOf: always('conflict'),
      clock: new AutoAdvancingClock(),
      limits: { conflictsMax: 5 },
    });
    const error = await errorOf(processor.run(recharge('r', 100), ORIGIN));
    expect(error).toMatchObject({ name: 'RetryableCommandError', code: 'contended' });
    expect(appends).toHaveLength(6);
  });
});

/** Sends the command again until it is answered, as the intake does. */
async function untilAnswered(
  processor: AccountCommandProcessor,
  command: LedgerCommand,
): Promise<CommandResult> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await processor.run(command, ORIGIN);
    } catch (error) {
      if (!(error instanceof RetryableCommandError) || attempts > 50) throw error;
    }
  }
}

function randomCommands(random: () => number, count: number, userId: string): LedgerCommand[] {
  return Array.from({ length: count }, (_, i) => {
    const points = 1 + Math.floor(random() * 50);
    const options = { userId };
    return random() < 0.4 ? recharge(`c${i}`, points, options) : consume(`c${i}`, points, options);
  });
}

function randomFaults(random: () => number): (call: AppendCall) => MemoryFault | undefined {
  const kinds: MemoryFault[] = ['answer-lost', 'lost-before-commit', 'conflict', 'repeat'];
  return () => {
    const pick = random();
    if (pick < 0.5) return undefined;
    if (pick < 0.6) return { stallUntil: new Promise((resolve) => setImmediate(resolve)) };
    return kinds[Math.floor(random() * kinds.length)];
  };
}

/** Sends all commands to one processor, and half of them in reverse order to the other. */
async function sendTwice(
  desks: AccountCommandProcessor[],
  commands: LedgerCommand[],
  random: () => number,
) {
  const [one, other] = desks as [AccountCommandProcessor, AccountCommandProcessor];
  const again = commands.filter(() => random() < 0.5).toReversed();
  const [first, second] = await Promise.all([
    Promise.all(commands.map((command) => untilAnswered(one, command))),
    Promise.all(again.map((command) => untilAnswered(other, command))),
  ]);
  return [...commands, ...again].map((command, i) => ({
    command,
    answered: [...first, ...second][i] as CommandResult,
  }));
}

describe('Two processors on the same accounts', () => {
  it('let one of them win, and the pending append of the other changes nothing', async () => {
    const log = new MemoryLog();
    const { opened: stallUntil, open } = gate();
    const stale = openProcessor({ log, faultOf: faults('none', { stallUntil }) });
    const owner = openProcessor({ log });
    await run(stale.processor, recharge('r', 100));
    const stopped = run(stale.processor, consume('a', 40), consume('b', 50));
    await eventually(() => expect(stale.appends).toHaveLength(2));
    const taken = await run(owner.processor, consume('c', 30), consume('a', 40), consume('b', 50));
    open();
    const woken = await stopped;
    expect(taken.map(({ answer }) => answer.code)).toEqual([null, null, 'InsufficientPoints']);
    expect(woken.map(({ answer }) => answer)).toEqual(
      taken.slice(1).map(({ answer }) => ({ ...answer, replayed: true })),
    );
    expect(stale.observed('conflicted')).toHaveLength(1);
    expect(accountIn(log).balance).toBe(30);
    expectValidHistory(log);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'give each command one effect and one answer under random faults of the store (seed %i)',
    async (seed) => {
      const random = seededRandom(seed).next;
      const log = new MemoryLog();
      const limits = {
        appendEventsMax: 7,
        accountCommandsMax: 20,
        retryMsMax: 100,
        snapshotEvery: 5,
        cachedAccountsMax: 2,
        snapshotCheckOneIn: 1,
      };
      const snapshots = withSeals(new MemorySnapshotStore());
      const readFaultOf = () => (random() < 0.1 ? new Error('away') : undefined);
      const clock = new AutoAdvancingClock();
      const open = () => {
        const faultOf = randomFaults(random);
        return openProcessor({ log, random, clock, limits, snapshots, faultOf, readFaultOf });
      };
      const opened = [open(), open()];
      const processors = opened.map(({ processor }) => processor);
      await Promise.all(
        [userOf(1), userOf(2)].map(async (userId) => {
          const commands = randomCommands(random, 60, userId);
          const answers = new Map<number | null, unknown>();
          for (const { command, answered } of await sendTwice(processors, commands, random)) {
            expectRecorded(log, command, answered);
            const answer = { ...answered.answer, replayed: false };
            expect(answers.get(answer.revision) ?? answer).toEqual(answer);
            answers.set(answer.revision, answer);
          }
          expect(answers.size).toBe(commands.length);
          expect(eventsIn(log, userId)).toHaveLength(commands.length);
          expectValidHistory(log, userId);
        }),
      );
      const observed = (kind: 'snapshotChecked' | 'snapshotDiffers' | 'snapshotForged') =>
        opened.flatMap((one) => one.observed(kind));
      await eventually(() => expect(observed('snapshotChecked').length).toBeGreaterThan(0));
      expect([observed('snapshotDiffers'), observed('snapshotForged')]).toEqual([[], []]);
    },
  );
});
