import { EventEmitter } from 'node:events';
import { stopWithParent, type ChildProcessSide } from './stop-with-parent.js';

class TestProcess extends EventEmitter implements ChildProcessSide {
  readonly pid = 4711;
  readonly signals: string[] = [];
  unrefs = 0;
  readonly channel = { unref: () => void (this.unrefs += 1) };

  constructor(public connected: boolean | undefined) {
    super();
  }

  kill(pid: number, signal: string): void {
    this.signals.push(`${signal} to ${pid}`);
  }
}

describe('A process with a channel to its parent', () => {
  it('stops as on SIGTERM when the channel closes', () => {
    const target = new TestProcess(true);
    stopWithParent(target);
    expect(target.signals).toEqual([]);
    target.emit('disconnect');
    expect(target.signals).toEqual(['SIGTERM to 4711']);
  });

  it('is not kept alive by the channel', () => {
    const target = new TestProcess(true);
    stopWithParent(target);
    expect(target.unrefs).toBe(1);
  });

  it('stops at once when its parent ended before it started', () => {
    const target = new TestProcess(false);
    stopWithParent(target);
    expect(target.signals).toEqual(['SIGTERM to 4711']);
  });

  it('is not affected when it never had a channel', () => {
    const target = new TestProcess(undefined);
    stopWithParent(target);
    target.emit('disconnect');
    expect(target.signals).toEqual([]);
  });
});
