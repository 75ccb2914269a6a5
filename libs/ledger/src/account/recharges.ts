import type { Account, AccountState, Recharge } from './state.js';
import { throwBrokenRule } from './broken-rule.js';
import { debtPoints } from './debts.js';
import { totalPoints } from './slices.js';
import type { AccountPolicy } from '../settings/policy.js';

export function addRecharge(state: AccountState, recharge: Recharge): void {
  const { rechargeId, batchId } = recharge;
  state.recharges.set(batchId, recharge);
  state.rechargeIds.set(rechargeId, [...(state.rechargeIds.get(rechargeId) ?? []), batchId]);
}

/** Forgets what is known of the recharge of a batch. */
export function dropRecharge(account: Account, batchId: number): void {
  const recharge = account.recharges.get(batchId);
  if (recharge === undefined) return;
  account.recharges.delete(batchId);
  const { rechargeId } = recharge;
  const others = account.rechargeIds.get(rechargeId)?.filter((one) => one !== batchId) ?? [];
  if (others.length > 0) account.rechargeIds.set(rechargeId, others);
  else account.rechargeIds.delete(rechargeId);
}

/** One of the newest, or one whose batch has points left, or whose debt is open. */
export function isRechargeRemembered(
  state: Readonly<AccountState>,
  { arrival, batchId, of }: Recharge,
  { rechargesMax = 0 }: AccountPolicy,
): boolean {
  return (
    state.rechargesSeen - arrival <= rechargesMax ||
    state.remaining.get(batchId) !== undefined ||
    debtPoints(state, of) > 0
  );
}

/** The newest recharge of that id that is remembered. */
export function findRecharge(
  state: Readonly<AccountState>,
  rechargeId: string,
  policy: AccountPolicy,
): Recharge | undefined {
  const batchIds = state.rechargeIds.get(rechargeId);
  if (batchIds === undefined) return undefined;
  for (let nth = batchIds.length - 1; nth >= 0; nth--) {
    const recharge = state.recharges.get(batchIds[nth] as number);
    if (recharge && isRechargeRemembered(state, recharge, policy)) return recharge;
  }
  return undefined;
}

/** The recharge that an event names; there must be one. */
export function requireRecharge(
  state: AccountState,
  { rechargeId, of }: { readonly rechargeId: string | null; readonly of: number },
): Recharge {
  for (const batchId of state.rechargeIds.get(rechargeId ?? '') ?? []) {
    const recharge = state.recharges.get(batchId);
    if (recharge?.of === of) return recharge;
  }
  throwBrokenRule(state, `there is no recharge of revision ${of}`);
}

/** What reversals of the recharge hold and no reinstatement gave back. */
export function reversedPoints(state: Readonly<AccountState>, recharge: Recharge): number {
  return heldByReversals(state, recharge) + recharge.uncollected;
}

/** What they took or collected and what they are still owed. */
const heldByReversals = (state: Readonly<AccountState>, recharge: Recharge): number =>
  totalPoints(recharge.taken) + debtPoints(state, recharge.of);

/** What expired is never owed: so much more of a recharge can become a debt. */
export const owablePoints = (state: Readonly<AccountState>, recharge: Recharge): number =>
  Math.max(0, recharge.points - recharge.expired - heldByReversals(state, recharge));
