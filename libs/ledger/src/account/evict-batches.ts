import { EVICT_BATCHES_MIN, type Account, type Batch } from './state.js';
import { dropRecharge, isRechargeRemembered } from './recharges.js';

/**
 * A spent batch stays as long as its recharge is remembered or anything that was taken from it can
 * come back, and a grace batch until it expires.
 */
export function evictBatches(account: Account): void {
  const reachable = reachableBatches(account);
  for (const batch of account.batches.values()) {
    if (reachable.has(batch.id)) continue;
    if (batch.isGrace && batch.expiresAt !== null) {
      if (account.at < batch.expiresAt) continue;
      account.graceBatches.delete(batch.expiresAt);
    }
    account.batches.delete(batch.id);
    dropRecharge(account, batch.id);
  }
  account.evictBatchesAt = Math.max(EVICT_BATCHES_MIN, 2 * account.batches.size);
}

/**
 * Batches with points left, those that a retained consumption drew on, and those of a recharge that is
 * remembered. When points can come back into a batch, its recharge can be remembered again, and what
 * its reversals took from other batches can come back to those.
 */
function reachableBatches(account: Account): ReadonlySet<Batch['id']> {
  const reachable = new Set<number>(account.remaining.keys());
  for (const consumption of account.consumptions.values()) {
    for (const draw of consumption.draws) reachable.add(draw.batchId);
  }
  for (const recharge of account.recharges.values()) {
    if (isRechargeRemembered(account, recharge, account.policy)) reachable.add(recharge.batchId);
  }
  // A Set is iterated over what is added on the way, too.
  for (const batchId of reachable) {
    for (const slice of account.recharges.get(batchId)?.taken ?? []) reachable.add(slice.batchId);
  }
  return reachable;
}
