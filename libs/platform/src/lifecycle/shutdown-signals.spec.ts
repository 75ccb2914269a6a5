import { EventEmitter, once } from 'node:events';
import { ManualClock } from '#async/testing';
import { createLog } from '../log/log.js';
import { GracefulShutdown } from './graceful-shutdown.js';
import { handleShutdownSignals } from './shutdown-signals.js';

class TestProcess extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
    this.emit('exit');
  }
}

const never = () => new Promise<void>(() => {});

function open(close: () => Promise<void> = async () => undefined) {
  const target = new TestProcess();
  const lines: { msg: string }[] = [];
  const log = createLog({
    app: 'test',
    destination: { write: (line) => lines.push(JSON.parse(line) as { msg: string }) },
  });
  const clock = new ManualClock();
  const shutdown = new GracefulShutdown(log, { clock });
  let closes = 0;
  const app = {
    close: () => {
      closes += 1;
      return close();
    },
  };
  handleShutdownSignals({ app, shutdown, log, process: target, clock });
  return { target, lines, clock, shutdown, closes: () => closes };
}

describe('A process', () => {
  it.each(['SIGTERM', 'SIGINT'])(
    'closes its application on %s and exits with 0',
    async (signal) => {
      const { target, closes, lines } = open();
      target.emit(signal);
      await once(target, 'exit');
      expect(closes()).toBe(1);
      expect(target.exits).toEqual([0]);
      expect(lines).toMatchObject([
        { msg: 'stopping', signal },
        { msg: 'stopped', reason: signal },
      ]);
    },
  );

  it('exits with 1 when a shutdown step failed', async () => {
    const { target, shutdown } = open(() => shutdown.onApplicationShutdown());
    shutdown.register({
      name: 'failing',
      phase: 'stores',
      msMax: 1_000,
      run: () => Promise.reject(new Error('no')),
    });
    target.emit('SIGTERM');
    await once(target, 'exit');
    expect(target.exits).toEqual([1]);
  });

  it('exits with 1 when the application rejects to close', async () => {
    const { target } = open(() => Promise.reject(new Error('no')));
    target.emit('SIGTERM');
    await once(target, 'exit');
    expect(target.exits).toEqual([1]);
  });

  it('exits with 1 when the application does not close in time', async () => {
    const { target, clock } = open(never);
    target.emit('SIGTERM');
    await clock.advance(9_999);
    expect(target.exits).toEqual([]);
    await clock.advance(1);
    expect(target.exits).toEqual([1]);
  });

  it('exits at once on the second signal', () => {
    const { target } = open(never);
    target.emit('SIGTERM');
    expect(target.exits).toEqual([]);
    target.emit('SIGINT');
    expect(target.exits).toEqual([1]);
  });

  it('closes its application and exits with 1 when it can’t go on, also while it stops', async () => {
    const first = open();
    first.shutdown.fail(new Error('crashed'));
    await once(first.target, 'exit');
    expect([first.target.exits, first.closes()]).toEqual([[1], 1]);
    const second = open();
    second.target.emit('SIGTERM');
    second.shutdown.fail(new Error('crashed'));
    await once(second.target, 'exit');
    expect([second.target.exits, second.closes()]).toEqual([[1], 1]);
  });

  it.each(['unhandledRejection', 'uncaughtException'])('logs an %s and exits with 1', (event) => {
    const { target, lines } = open();
    target.emit(event, new Error('a bug'));
    expect(target.exits).toEqual([1]);
    expect(lines).toMatchObject([
      { level: 'fatal', msg: 'uncaught exception', event, err: { message: 'a bug' } },
    ]);
  });
});
