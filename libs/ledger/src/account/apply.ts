import type { AccountState } from './state.js';
import { setRemaining } from './batches.js';
import { throwBrokenRule } from './broken-rule.js';
import {
  applyConsumption,
  applyExtension,
  applyRefund,
  applySettlement,
} from './apply-consumption.js';
import { applyCollection, applyForgiving } from './apply-debt.js';
import { applyRecharge, applyReinstatement, applyReversal } from './apply-recharge.js';
import {
  applyHandingBack,
  applyImported,
  applyLegacyRows,
  applyOpening,
  requireServed,
} from './apply-import.js';
import { assertNever } from '../support/assert.js';
import type { LedgerEvent, PointsExpired } from './events.js';
import { BALANCE_MAX } from '../settings/limits.js';
import { later, epochMs } from '../support/time.js';

/** Applies an event that has already happened. An event that could not have happened throws BrokenRule. */
export function applyEvent(state: AccountState, event: LedgerEvent): void {
  state.revision += 1;
  if (event.at !== later(event.receivedAt, state.at)) {
    throwBrokenRule(
      state,
      `its time is neither when its command came nor that of the event before it`,
    );
  }
  if (event.at !== state.at) {
    state.at = event.at;
    state.atMs = epochMs(event.at);
  }
  requireServed(state, event);
  applyByType(state, event);
  if (state.balance > BALANCE_MAX) throwBrokenRule(state, `a balance of ${state.balance}`);
  if (state.balance !== event.balanceAfter) {
    throwBrokenRule(
      state,
      `balanceAfter says ${event.balanceAfter}, the events before it ${state.balance}`,
    );
  }
  if (state.owed !== (event.owedAfter ?? 0)) {
    throwBrokenRule(state, `owedAfter says ${event.owedAfter}, the events before it ${state.owed}`);
  }
}

function applyByType(state: AccountState, event: LedgerEvent): void {
  switch (event.type) {
    case 'PointsRecharged':
      return applyRecharge(state, event);
    case 'PointsConsumed':
      return applyConsumption(state, event);
    case 'ConsumptionExtended':
      return applyExtension(state, event);
    case 'ConsumptionSettled':
      return applySettlement(state, event);
    case 'PointsRefunded':
      return applyRefund(state, event);
    case 'PointsExpired':
      return applyExpiry(state, event);
    case 'RechargeReversed':
      return applyReversal(state, event);
    case 'RechargeReinstated':
      return applyReinstatement(state, event);
    case 'DebtCollected':
      return applyCollection(state, event);
    case 'DebtForgiven':
      return applyForgiving(state, event);
    case 'CommandRefused':
      return;
    case 'AccountImported':
      return applyImported(state, event);
    case 'LegacyRowsImported':
      return applyLegacyRows(state, event);
    case 'AccountOpened':
      return applyOpening(state, event);
    case 'AccountHandedBack':
      return applyHandingBack(state, event);
    default:
      assertNever(event);
  }
}

function applyExpiry(state: AccountState, event: PointsExpired): void {
  const batch = state.batches.get(event.batchId);
  if (!batch || batch.expiresAt !== event.expiredAt || event.expiredAt > event.at) {
    throwBrokenRule(state, `batch ${event.batchId} was not due`);
  }
  if (state.remaining.get(batch.id) !== event.points) {
    throwBrokenRule(
      state,
      `batch ${batch.id} had ${state.remaining.get(batch.id) ?? 0} points left`,
    );
  }
  setRemaining(state, batch, event.points, 0);
  state.balance -= event.points;
  const recharge = state.recharges.get(batch.id);
  if (recharge !== undefined) {
    state.recharges.set(batch.id, { ...recharge, expired: recharge.expired + event.points });
  }
}
