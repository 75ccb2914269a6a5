import {
  emptyAccount,
  type Account,
  type AnsweredCommand,
  type Batch,
  type Consumption,
} from '../account/state.js';
import { totalPoints } from '../account/apply.js';
import type { Policy } from '../account/policy.js';
import { epochMs } from '../support/time.js';

/** Rises with every change of what `freeze` writes: a snapshot of another shape is not read. */
export const SNAPSHOT_SHAPE = 1;

/** What can be derived is left out. */
interface Frozen {
  readonly revision: number;
  readonly at: string;
  readonly batchesSeen: number;
  readonly closings: number;
  readonly forgottenUntil: string;
  readonly batches: readonly [batch: Batch, remaining: number][];
  readonly consumptions: readonly Consumption[];
  readonly answered: readonly [
    commandId: string,
    revision: number,
    atMs: number,
    receivedAt: string,
  ][];
}

/** The account as text, for `thaw`. */
export function freeze(account: Account): string {
  const { revision, at, batchesSeen, closings, forgottenUntil, remaining } = account;
  const answered = account.answeredQueue.slice(account.answeredFrom);
  const frozen: Frozen = {
    revision,
    at,
    batchesSeen,
    closings,
    forgottenUntil,
    batches: [...account.batches.values()].map((batch) => [batch, remaining.get(batch.id) ?? 0]),
    consumptions: [...account.consumptions.values()],
    answered: answered.map((one) => [one.commandId, one.revision, one.atMs, one.receivedAt]),
  };
  return JSON.stringify(frozen);
}

/** The account that was frozen. The policy must be the one it was frozen under. */
export function thaw(text: string, policy: Policy): Account {
  const frozen = JSON.parse(text) as Frozen;
  const account = emptyAccount(policy);
  account.revision = frozen.revision;
  account.at = frozen.at;
  account.atMs = frozen.at === '' ? account.atMs : epochMs(frozen.at);
  account.batchesSeen = frozen.batchesSeen;
  account.closings = frozen.closings;
  account.forgottenUntil = frozen.forgottenUntil;
  for (const [batch, remaining] of frozen.batches) thawBatch(account, batch, remaining);
  for (const consumption of frozen.consumptions) thawConsumption(account, consumption);
  account.closedQueue.sort((a, b) => a.closing - b.closing);
  for (const [commandId, revision, atMs, receivedAt] of frozen.answered) {
    thawAnswered(account, { commandId, revision, atMs, receivedAt });
  }
  return account;
}

function thawBatch(account: Account, batch: Batch, remaining: number): void {
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

function thawConsumption(account: Account, consumption: Consumption): void {
  account.consumptions.set(consumption.consumptionId, consumption);
  if (consumption.closing > 0) {
    account.closedQueue.push(consumption);
    return;
  }
  account.openOrder.add(consumption);
  account.openDraws += consumption.draws.length;
  account.held += totalPoints(consumption.draws);
}

function thawAnswered(account: Account, answered: AnsweredCommand): void {
  account.answered.set(answered.commandId, answered);
  account.answeredQueue.push(answered);
}
