import {
  emptyAccount,
  type Account,
  type AnsweredCommand,
  type Batch,
  type Consumption,
  type Debt,
  type Recharge,
  type TakeOver,
} from '../account/state.js';
import { addRecharge } from '../account/recharges.js';
import { totalPoints } from '../account/slices.js';
import type { AccountPolicy } from '../settings/policy.js';
import { epochMs } from '../support/time.js';

/** Rises with every change of what `toSnapshot` writes. A snapshot of another shape is not read. */
export const SNAPSHOT_SHAPE = 3;

/** Whatever can be derived from the rest is left out. */
interface Snapshot {
  readonly revision: number;
  readonly at: string;
  readonly batchesSeen: number;
  readonly closings: number;
  readonly forgottenUntil: string;
  readonly batches: readonly [batch: Batch, remaining: number][];
  readonly consumptions: readonly Consumption[];
  readonly debts: readonly Debt[];
  readonly recharges: readonly Recharge[];
  readonly rechargesSeen: number;
  readonly takeOver: TakeOver | null;
  readonly answered: readonly [
    commandId: string,
    revision: number,
    atMs: number,
    receivedAt: string,
  ][];
}

/** The account as text that `fromSnapshot` reads. */
export function toSnapshot(account: Account): string {
  const { revision, at, batchesSeen, closings, forgottenUntil, remaining } = account;
  const { debts, recharges, rechargesSeen, takeOver } = account;
  const answered = account.answeredQueue.slice(account.answeredFrom);
  const snapshot: Snapshot = {
    revision,
    at,
    batchesSeen,
    closings,
    forgottenUntil,
    batches: [...account.batches.values()].map((batch) => [batch, remaining.get(batch.id) ?? 0]),
    consumptions: [...account.consumptions.values()],
    debts,
    recharges: [...recharges.values()],
    rechargesSeen,
    takeOver,
    answered: answered.map((one) => [one.commandId, one.revision, one.atMs, one.receivedAt]),
  };
  return JSON.stringify(snapshot);
}

/** Restores an account. The policy must be the one under which the snapshot was made. */
export function fromSnapshot(text: string, policy: AccountPolicy): Account {
  const snapshot = JSON.parse(text) as Snapshot;
  const account = emptyAccount(policy);
  account.revision = snapshot.revision;
  account.at = snapshot.at;
  account.atMs = snapshot.at === '' ? account.atMs : epochMs(snapshot.at);
  account.batchesSeen = snapshot.batchesSeen;
  account.closings = snapshot.closings;
  account.forgottenUntil = snapshot.forgottenUntil;
  for (const [batch, remaining] of snapshot.batches) restoreBatch(account, batch, remaining);
  for (const consumption of snapshot.consumptions) restoreConsumption(account, consumption);
  account.debts = snapshot.debts;
  account.owed = totalPoints(snapshot.debts);
  account.rechargesSeen = snapshot.rechargesSeen;
  account.takeOver = snapshot.takeOver;
  // Those of one id are listed in the order in which they came in.
  for (const recharge of snapshot.recharges) addRecharge(account, recharge);
  account.closedQueue.sort((a, b) => a.closing - b.closing);
  for (const [commandId, revision, atMs, receivedAt] of snapshot.answered) {
    restoreAnswered(account, { commandId, revision, atMs, receivedAt });
  }
  return account;
}

function restoreBatch(account: Account, batch: Batch, remaining: number): void {
  account.batches.set(batch.id, batch);
  if (batch.isGrace && batch.expiresAt !== null) {
    account.graceBatches.set(batch.expiresAt, batch.id);
  }
  if (remaining === 0) return;
  account.remaining.set(batch.id, remaining);
  account.balance += remaining;
  account.drawOrder.add(batch);
  if (batch.expiresAt !== null) account.expiryOrder.add(batch);
  if (!batch.isGrace) account.batchesInUse += 1;
}

function restoreConsumption(account: Account, consumption: Consumption): void {
  account.consumptions.set(consumption.consumptionId, consumption);
  if (consumption.closing > 0) {
    account.closedQueue.push(consumption);
    return;
  }
  account.openOrder.add(consumption);
  account.openDraws += consumption.draws.length;
  account.held += totalPoints(consumption.draws);
}

function restoreAnswered(account: Account, answered: AnsweredCommand): void {
  account.answered.set(answered.commandId, answered);
  account.answeredQueue.push(answered);
}
