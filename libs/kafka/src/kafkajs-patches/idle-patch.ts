import { requireKafkajsInternal } from '../kafkajs-internals.js';

/** The part of kafkajs's request queue that the patch uses. Each connection has a queue. */
export interface RequestQueue {
  pending: readonly unknown[];
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
}

/**
 * Keeps kafkajs from polling an empty request queue: every request that enters the queue schedules a
 * check of its own. Returns a function that removes the patch.
 *
 * Measured: kafkajs polls about 870 times a second for each idle connection, which takes 6.5 % of a
 * core. An idle intake has three connections and more.
 */
export function patchIdleRequestQueue(queue: RequestQueue = requestQueuePrototype()): () => void {
  const original = queue.scheduleCheckPendingRequests;
  queue.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0) original.call(this);
  };
  return () => {
    queue.scheduleCheckPendingRequests = original;
  };
}

export function requestQueuePrototype(): RequestQueue {
  const queue = requireKafkajsInternal('network/requestQueue') as {
    readonly prototype: RequestQueue;
  };
  return queue.prototype;
}
