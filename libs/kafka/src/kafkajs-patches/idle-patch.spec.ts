import '../connection.js';
import { patchIdleRequestQueue, requestQueuePrototype, type RequestQueue } from './idle-patch.js';

/** How many timers a check of the queue sets. */
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

describe('the patch of the request queue of kafkajs', () => {
  it('is applied once the client is loaded: an empty queue sets no timer', () => {
    expect(timersOf(queueWith([]))).toBe(0);
  });

  it('does not change a queue that has a request', () => {
    expect(timersOf(queueWith(['a request']))).toBe(1);
  });

  it('can be removed: then kafkajs polls an empty queue', () => {
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
