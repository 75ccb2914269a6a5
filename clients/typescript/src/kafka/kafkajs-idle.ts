import { createRequire } from 'node:module';

interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
}

/** The version that polls the empty queue of each connection hundreds of times a second. */
const POLLING_VERSION = '2.2.4';
const require = createRequire(import.meta.url);

let isPatched = false;

/**
 * Keeps kafkajs from polling empty request queues, which takes several percent of a core for each process that
 * does nothing. Every request that enters a queue schedules a check of its own. Another version is left as it is.
 */
export function stopIdlePolling(): void {
  if (isPatched) return;
  isPatched = true;
  const { version } = require('kafkajs/package.json') as { readonly version: string };
  if (version !== POLLING_VERSION) return;
  const { prototype } = require('kafkajs/src/network/requestQueue') as {
    readonly prototype: RequestQueue;
  };
  const check = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0) check.call(this);
  };
}
