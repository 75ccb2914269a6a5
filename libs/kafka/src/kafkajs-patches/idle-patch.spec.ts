import '../connection.js';
import { patchIdleRequestQueue, requestQueuePrototype, type RequestQueue } from './idle-patch.js';

/** How many timers a look at the queue schedules. */
function timersOf(queue: RequestQueue): number {
  const timers: NodeJS.Timeout[] = [];
  const original = globalThis.setTimeout;
  globalThis.setTimeout = ((...args: Parameters<typeof original>) => {
    const timer = original(...args);
    timers.push(timer);
    return timer;
  }) as typeof original;
  try {
    queue.scheduleCheckPendingRequests();
  } finally {
    globalThis.setTimeout = original;
  }
  for (const timer of timers) clearTimeout(timer);
  return timers.length;
}

function queueWith(pending: unknown[]): RequestQueue {
  return Object.assign(Object.create(requestQueuePrototype()) as RequestQueue, {
    pending,
    throttledUntil: -1,
    throttleCheckTimeoutId: null,
  });
}

describe('the patch of kafkajs’s request queue', () => {
  it('is in force once the client is loaded: an empty queue schedules nothing', () => {
    expect(timersOf(queueWith([]))).toBe(0);
  });

  it('leaves a queue alone in which something waits', () => {
    expect(timersOf(queueWith(['a request']))).toBe(1);
  });

  it('is what does it: the same kafkajs without it looks at an empty queue', () => {
    let calls = 0;
    const queue: RequestQueue = { pending: [], scheduleCheckPendingRequests: () => calls++ };
    const undo = patchIdleRequestQueue(queue);
    queue.scheduleCheckPendingRequests();
    expect(calls).toBe(0);
    undo();
    queue.scheduleCheckPendingRequests();
    expect(calls).toBe(1);
  });
});
