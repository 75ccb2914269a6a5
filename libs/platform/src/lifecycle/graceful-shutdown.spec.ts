import { EventEmitter, once } from 'node:events';
import { createLog } from '../log/log.js';
import { handleShutdown, type ShutdownStep, type GracefulShutdown } from './graceful-shutdown.js';

class TestProcess extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
    this.emit('exit');
  }
}

function shutdownOf(
  steps: readonly ShutdownStep[],
  limits: { totalMsMax?: number; failureMsMax?: number } = {},
) {
  const target = new TestProcess();
  const lines: { msg: string; step?: string }[] = [];
  const log = createLog({
    app: 'test',
    destination: { write: (line) => lines.push(JSON.parse(line) as { msg: string }) },
  });
  const stopping: GracefulShutdown = handleShutdown({ steps, log, process: target, ...limits });
  const undone = () => lines.filter(({ msg }) => msg.includes('undone')).map(({ step }) => step);
  return { target, lines, stopping, undone };
}

const never = () => new Promise<void>(() => {});

describe('an orderly stop', () => {
  it.each(['SIGTERM', 'SIGINT'])(
    'runs its steps one after the other on %s, then exits with 0',
    async (signal) => {
      const seen: string[] = [];
      const step = (name: string): ShutdownStep => ({
        name,
        msMax: 1000,
        run: async () => {
          seen.push(`${name} begins`);
          await new Promise((later) => setImmediate(later));
          seen.push(`${name} ends`);
        },
      });
      const { target } = shutdownOf([step('consumer'), step('store')]);
      target.emit(signal);
      await once(target, 'exit');
      expect(seen).toEqual(['consumer begins', 'consumer ends', 'store begins', 'store ends']);
      expect(target.exits).toEqual([0]);
    },
  );

  it('goes past a step that fails or takes too long, names it, and exits with 1', async () => {
    let last = false;
    const {
      target,
      stopping: shutdown,
      undone: failedSteps,
    } = shutdownOf([
      { name: 'failing', msMax: 1000, run: () => Promise.reject(new Error('no')) },
      {
        name: 'throwing',
        msMax: 1000,
        run: () => {
          throw new Error('no');
        },
      },
      { name: 'hanging', msMax: 20, run: never },
      {
        name: 'last',
        msMax: 1000,
        run: () => {
          last = true;
        },
      },
    ]);
    await shutdown.stop('test');
    expect(failedSteps()).toEqual(['failing', 'throwing', 'hanging']);
    expect(last).toBe(true);
    expect(target.exits).toEqual([1]);
  });

  it('takes no longer than its limit for all steps together', async () => {
    const hanging = { name: 'hanging', msMax: 60_000, run: never };
    const { target, stopping: shutdown } = shutdownOf([hanging, hanging, hanging], {
      totalMsMax: 50,
    });
    const began = performance.now();
    await shutdown.stop('test');
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(target.exits).toEqual([1]);
  });

  it('ends at once on a second signal', () => {
    const { target } = shutdownOf([{ name: 'hanging', msMax: 60_000, run: never }], {
      totalMsMax: 100,
    });
    target.emit('SIGTERM');
    expect(target.exits).toEqual([]);
    target.emit('SIGINT');
    expect(target.exits).toEqual([1]);
  });

  it('stops in order and exits with 1 when something cannot go on, also while it stops', async () => {
    let ran = 0;
    const step = { name: 'only', msMax: 1000, run: () => void ran++ };
    const first = shutdownOf([step]);
    await first.stopping.fail(new Error('crashed'));
    expect(first.target.exits).toEqual([1]);
    const second = shutdownOf([step]);
    void second.stopping.stop('test');
    await second.stopping.fail(new Error('crashed'));
    expect(second.target.exits).toEqual([1]);
    expect(ran).toBe(2);
  });

  it.each(['unhandledRejection', 'uncaughtException'])('logs an %s and exits with 1', (event) => {
    const { target, lines } = shutdownOf([]);
    target.emit(event, new Error('a bug'));
    expect(target.exits).toEqual([1]);
    expect(lines).toMatchObject([
      { level: 'fatal', msg: 'nobody caught this', event, err: { message: 'a bug' } },
    ]);
  });
});
