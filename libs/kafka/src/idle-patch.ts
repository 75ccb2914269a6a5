import { createRequire } from 'node:module';

const VERSION_KNOWN = '2.2.4';

/** What the patch touches of kafkajs's request queue, one of which stands behind every connection. */
export interface RequestQueue {
  pending: readonly unknown[];
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
}

const require = createRequire(import.meta.url);

/**
 * kafkajs looks at an empty request queue about 870 times a second per idle connection, which costs
 * 6.5 % of a core. Whatever enters the queue schedules its own look, so an empty one needs none.
 * Gives back how to undo it. Throws when kafkajs is not the one this was written for.
 */
export function patchIdleQueue(queue: RequestQueue = requestQueuePrototype()): () => void {
  const original = queue.scheduleCheckPendingRequests;
  queue.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0) original.call(this);
  };
  return () => {
    queue.scheduleCheckPendingRequests = original;
  };
}

export function requestQueuePrototype(): RequestQueue {
  const { version } = require('kafkajs/package.json') as { version: string };
  const queue = require('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
  if (
    version !== VERSION_KNOWN ||
    typeof queue.prototype.scheduleCheckPendingRequests !== 'function'
  ) {
    throw new Error(
      `kafkajs is ${version}, not ${VERSION_KNOWN}: look whether its request queue still needs the idle patch`,
    );
  }
  return queue.prototype;
}
