import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ManualClock } from '#async/testing';
import { createLog } from '../log/log.js';
import {
  GracefulShutdown,
  SHUTDOWN_PHASES,
  type ShutdownLimits,
  type ShutdownPhase,
  type ShutdownStep,
} from './graceful-shutdown.js';

function open(limits: Partial<ShutdownLimits> = {}) {
  const lines: { msg: string; step?: string; level: string }[] = [];
  const log = createLog({
    app: 'test',
    destination: { write: (line) => lines.push(JSON.parse(line) as (typeof lines)[number]) },
  });
  const clock = new ManualClock();
  const shutdown = new GracefulShutdown(log, { limits, clock });
  const ran: string[] = [];
  const add = (name: string, rest: Partial<ShutdownStep> = {}): void =>
    shutdown.register({
      name,
      phase: 'stores',
      msMax: 1_000,
      run: () => void ran.push(name),
      ...rest,
    });
  const runAll = async (): Promise<void> => {
    await shutdown.beforeApplicationShutdown();
    await shutdown.onApplicationShutdown();
  };
  const failedSteps = () =>
    lines.filter(({ msg }) => msg === 'shutdown step failed').map(({ step }) => step);
  return { shutdown, clock, add, runAll, ran, failedSteps, lines };
}

const never = () => new Promise<void>(() => {});

describe('Graceful shutdown', () => {
  it('runs steps by their phase, and within a phase in the order of their registration', async () => {
    const { add, runAll, ran } = open();
    for (const phase of SHUTDOWN_PHASES.toReversed()) {
      add(`${phase} 1`, { phase });
      add(`${phase} 2`, { phase });
    }
    await runAll();
    expect(ran).toEqual(SHUTDOWN_PHASES.flatMap((phase) => [`${phase} 1`, `${phase} 2`]));
  });

  it('begins a step when the one before it has ended', async () => {
    const { add, runAll } = open();
    const seen: string[] = [];
    const slow = (name: string, phase: ShutdownPhase) =>
      add(name, {
        phase,
        run: async () => {
          seen.push(`${name} begins`);
          await new Promise((later) => setImmediate(later));
          seen.push(`${name} ends`);
        },
      });
    slow('store', 'stores');
    slow('consumer', 'input');
    await runAll();
    expect(seen).toEqual(['consumer begins', 'consumer ends', 'store begins', 'store ends']);
  });

  it('goes on after a step that rejects, throws or takes too long, and names each in the log', async () => {
    const { add, runAll, ran, failedSteps, shutdown, clock } = open();
    add('rejecting', { run: () => Promise.reject(new Error('no')) });
    add('throwing', {
      run: () => {
        throw new Error('no');
      },
    });
    add('hanging', { msMax: 20, run: never });
    add('last');
    const running = runAll();
    await clock.advance(20);
    await running;
    expect(failedSteps()).toEqual(['rejecting', 'throwing', 'hanging']);
    expect(ran).toEqual(['last']);
    expect(shutdown.hasFailed).toBe(true);
  });

  it('takes no longer than its limit for all steps together', async () => {
    const { add, runAll, failedSteps, clock } = open({ totalMsMax: 50 });
    for (const name of ['a', 'b', 'c']) add(name, { msMax: 60_000, run: never });
    const running = runAll();
    await clock.advance(50);
    await running;
    expect(clock.now()).toBe(50);
    expect(failedSteps()).toEqual(['a', 'b', 'c']);
  });

  it('has less time after a failure', async () => {
    const { add, runAll, failedSteps, clock, shutdown, lines } = open({ failureMsMax: 30 });
    add('hanging', { msMax: 60_000, run: never });
    const causes: unknown[] = [];
    shutdown.whenFailed((cause) => causes.push(cause));
    const cause = new Error('the consumer crashed');
    shutdown.fail(cause);
    expect(causes).toEqual([cause]);
    expect(lines).toMatchObject([{ level: 'fatal', msg: 'fatal error' }]);
    const running = runAll();
    await clock.advance(30);
    await running;
    expect(failedSteps()).toEqual(['hanging']);
  });

  it('is run by Nest when an application closes, the input before the application’s own hooks', async () => {
    const { shutdown, add, ran } = open();
    add('store');
    add('consumer', { phase: 'input' });
    class Server {
      onApplicationShutdown(): void {
        ran.push('server');
      }
    }
    @Module({ providers: [Server] })
    class ServerModule {}
    const module = await Test.createTestingModule({
      imports: [ServerModule],
      providers: [{ provide: GracefulShutdown, useValue: shutdown }],
    }).compile();
    await module.init();
    await module.close();
    expect(ran[0]).toBe('consumer');
    expect(ran.toSorted()).toEqual(['consumer', 'server', 'store']);
  });
});
