import type { PendingEvents } from './pending-events.js';
import { recordExpiry, recordRefund, expireReturnedBatches } from './refunds.js';
import { invariant } from '../support/assert.js';

/**
 * Records what fell due by the time of the command, in order of its due time. At the same instant a
 * time-out precedes an expiry; otherwise the older consumption or batch comes first.
 */
export function recordDueEvents(pending: PendingEvents): void {
  for (;;) {
    const { openOrder, expiryOrder } = pending.state;
    const nextTimeOut = openOrder.first?.settleBy ?? null;
    const nextExpiry = expiryOrder.first?.expiresAt ?? null;
    if (
      nextTimeOut !== null &&
      nextTimeOut <= pending.at &&
      (nextExpiry === null || nextTimeOut <= nextExpiry)
    ) {
      timeOutNext(pending);
    } else if (nextExpiry !== null && nextExpiry <= pending.at) {
      invariant(expiryOrder.first !== undefined, 'a batch expires');
      recordExpiry(pending, expiryOrder.first.id, nextExpiry);
    } else {
      return;
    }
  }
}

function timeOutNext(pending: PendingEvents): void {
  const open = pending.state.openOrder.first;
  invariant(open !== undefined, 'an open pre-deduction times out');
  const returns = recordRefund(pending, open, open.estimated, 'timed_out', null);
  expireReturnedBatches(pending, returns);
}
