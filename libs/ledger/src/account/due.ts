import type { PendingEvents } from './pending-events.js';
import type { Consumption } from './state.js';
import { collectDebts } from './collect-debts.js';
import { refundLast, expireReturnedBatches, recordExpiry } from './refunds.js';
import { recordSettled } from './settle.js';
import { invariant } from '../support/assert.js';
import { UNIT_SECOND } from '../settings/business.js';

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
      invariant(openOrder.first !== undefined, 'an open pre-deduction times out');
      timeOut(pending, openOrder.first);
    } else if (nextExpiry !== null && nextExpiry <= pending.at) {
      invariant(expiryOrder.first !== undefined, 'a batch expires');
      recordExpiry(pending, expiryOrder.first.id, nextExpiry);
    } else {
      return;
    }
  }
}

function timeOut(pending: PendingEvents, open: Consumption): void {
  if (open.hold?.onTimeout === 'charge') return chargeEstimate(pending, open);
  const returns = refundLast(pending, open, open.estimated, 'timed_out');
  expireReturnedBatches(pending, returns);
  collectDebts(pending);
}

function chargeEstimate(pending: PendingEvents, open: Consumption): void {
  const { of, estimated: actual, sourceType } = open;
  const quantity = open.hold?.quantity ?? null;
  const isTimed = pending.business(sourceType)?.unit === UNIT_SECOND;
  const duration = isTimed ? quantity : null;
  recordSettled(pending, open, { actual, duration, durationOf: of, quantity, cause: 'timed_out' });
}
