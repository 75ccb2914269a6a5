import { ManualClock } from '#async/testing';
import { ConditionVariable } from './condition-variable.js';

describe('a condition variable', () => {
  let clock: ManualClock;
  let changed: ConditionVariable;
  let woken: string[];
  beforeEach(() => {
    clock = new ManualClock();
    changed = new ConditionVariable();
    woken = [];
  });

  const wait = async (name: string, options: Parameters<ConditionVariable['wait']>[0] = {}) => {
    await changed.wait({ clock, ...options });
    woken.push(name);
  };

  it('wakes all that are waiting, in the order in which they came', async () => {
    const waiting = [wait('first'), wait('second')];
    expect(changed.waiting).toBe(2);
    changed.notifyAll();
    await Promise.all(waiting);
    expect(woken).toEqual(['first', 'second']);
    expect(changed.waiting).toBe(0);
  });

  it('does not wake a caller that waits after the notification', async () => {
    changed.notifyAll();
    void wait('late');
    await clock.advance(1_000);
    expect(woken).toEqual([]);
    expect(changed.waiting).toBe(1);
  });

  it('ends a wait after its limit, and leaves the others waiting', async () => {
    void wait('with a limit', { waitMsMax: 50 });
    void wait('without one');
    await clock.advance(49);
    expect(woken).toEqual([]);
    await clock.advance(1);
    expect(woken).toEqual(['with a limit']);
    expect(changed.waiting).toBe(1);
  });

  it('ends a wait when its signal aborts, and does not begin one after that', async () => {
    const abort = new AbortController();
    const waiting = wait('aborted', { signal: abort.signal, waitMsMax: 50 });
    abort.abort();
    await waiting;
    await wait('too late', { signal: abort.signal });
    expect(woken).toEqual(['aborted', 'too late']);
    expect(changed.waiting).toBe(0);
    expect(clock.timers).toBe(0);
  });

  it('keeps no timer of a wait that was notified', async () => {
    const waiting = wait('notified', { waitMsMax: 50 });
    changed.notifyAll();
    await waiting;
    expect(clock.timers).toBe(0);
  });
});
