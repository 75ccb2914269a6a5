import type { Docket } from './pending-events.js';
import { recordExpiry, recordRefund, expireTheDead } from './refunds.js';
import { invariant } from '../support/assert.js';

/**
 * What fell due by the command's moment happens first, in order of its due time: at the same instant
 * a time-out before an expiry, then what came in first.
 */
export function letTimePass(docket: Docket): void {
  for (;;) {
    const { openOrder, expiryOrder } = docket.books;
    const timesOut = openOrder.first?.settleBy ?? null;
    const expires = expiryOrder.first?.expiresAt ?? null;
    if (timesOut !== null && timesOut <= docket.at && (expires === null || timesOut <= expires)) {
      timeOutNext(docket);
    } else if (expires !== null && expires <= docket.at) {
      invariant(expiryOrder.first !== undefined, 'what expires is a batch');
      recordExpiry(docket, expiryOrder.first.id, expires);
    } else {
      return;
    }
  }
}

function timeOutNext(docket: Docket): void {
  const open = docket.books.openOrder.first;
  invariant(open !== undefined, 'what times out is open');
  const returns = recordRefund(docket, open, open.estimated, 'timed_out', null);
  expireTheDead(docket, returns);
}
