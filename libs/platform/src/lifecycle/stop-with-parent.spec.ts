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

describe('A process that its parent holds a channel to', () => {
  it('stops as on SIGTERM when the channel closes', () => {
    const target = new TestProcess(true);
    stopWithParent(target);
    expect(target.signals).toEqual([]);
    target.emit('disconnect');
    expect(target.signals).toEqual(['SIGTERM to 4711']);
  });

  it('is not kept running by the channel', () => {
    const target = new TestProcess(true);
    stopWithParent(target);
    expect(target.unrefs).toBe(1);
  });

  it('stops at once when its parent was gone before it looked', () => {
    const target = new TestProcess(false);
    stopWithParent(target);
    expect(target.signals).toEqual(['SIGTERM to 4711']);
  });

  it('is not concerned when it never had a channel', () => {
    const target = new TestProcess(undefined);
    stopWithParent(target);
    target.emit('disconnect');
    expect(target.signals).toEqual([]);
  });
});
