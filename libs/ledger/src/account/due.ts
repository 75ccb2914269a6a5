import type { PendingEvents } from './pending-events.js';
import { recordExpiry, recordRefund, expireReturnedBatches } from './refunds.js';
import { invariant } from '../support/assert.js';

/**
 * What fell due by the command's moment happens first, in order of its due time: at the same instant
 * a time-out before an expiry, then what came in first.
 */
export function recordDueEvents(pending: PendingEvents): void {
  for (;;) {
    const { openOrder, expiryOrder } = pending.state;
    const timesOut = openOrder.first?.settleBy ?? null;
    const expires = expiryOrder.first?.expiresAt ?? null;
    if (timesOut !== null && timesOut <= pending.at && (expires === null || timesOut <= expires)) {
      timeOutNext(pending);
    } else if (expires !== null && expires <= pending.at) {
      invariant(expiryOrder.first !== undefined, 'what expires is a batch');
      recordExpiry(pending, expiryOrder.first.id, expires);
    } else {
      return;
    }
  }
}

function timeOutNext(pending: PendingEvents): void {
  const open = pending.state.openOrder.first;
  invariant(open !== undefined, 'what times out is open');
  const returns = recordRefund(pending, open, open.estimated, 'timed_out', null);
  expireReturnedBatches(pending, returns);
}
