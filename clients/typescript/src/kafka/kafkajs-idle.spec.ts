import { createRequire } from 'node:module';
import { stopIdlePolling } from './kafkajs-idle.js';

const require = createRequire(import.meta.url);

interface Queue {
  pending: unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  scheduleCheckPendingRequests: () => void;
}

/** Whether the queue sets a timer to look at itself. */
function isPolled(pending: unknown[]): boolean {
  const { prototype } = require('kafkajs/src/network/requestQueue') as { prototype: object };
  const queue = Object.assign(Object.create(prototype) as Queue, {
    ...{ pending, throttledUntil: -1, throttleCheckTimeoutId: null },
  });
  queue.scheduleCheckPendingRequests();
  const timer = queue.throttleCheckTimeoutId as NodeJS.Timeout | null;
  if (timer !== null) clearTimeout(timer);
  return timer !== null;
}

describe('the request queue of kafkajs', () => {
  it('is polled only while something waits in it', () => {
    expect(isPolled([])).toBe(true);
    stopIdlePolling();
    stopIdlePolling();
    expect(isPolled([])).toBe(false);
    expect(isPolled(['a request'])).toBe(true);
  });
});
