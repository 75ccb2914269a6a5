import type { Account, Batch, Consumption } from '../account/state.js';
import { totalPoints } from '../account/apply.js';
import { isOutsideWindow, isConsumptionRetained } from '../account/idempotency-window.js';
import { later } from '../support/time.js';

/**
 * In which respect `kept`, out of a snapshot, is not what `whole` comes to, folded from the first
 * event under a policy that remembers as much or more. null: every later command gets the same answer
 * from both. `kept` follows the limits of its own policy; with `isLenient` its policy is not known, and
 * it may have forgotten as much as it says.
 */
export function snapshotDifference(
  kept: Account,
  whole: Account,
  { isLenient = false } = {},
): string | null {
  return (
    firstFault([
      ['revision', kept.revision, whole.revision],
      ['at', kept.at, whole.at],
      ['balance', kept.balance, whole.balance],
      ['held', kept.held, whole.held],
      ['batchesSeen', kept.batchesSeen, whole.batchesSeen],
      ['closings', kept.closings, whole.closings],
      ['batches with points left', kept.remaining.size, whole.remaining.size],
      ['open pre-deductions', kept.openOrder.size, whole.openOrder.size],
    ]) ??
    batchFault(kept, whole) ??
    consumptionFault(kept, whole, isLenient) ??
    answeredFault(kept, whole, isLenient)
  );
}

type Compared = readonly [what: string, kept: unknown, whole: unknown];

function firstFault(compared: readonly Compared[]): string | null {
  const found = compared.find(([, kept, whole]) => kept !== whole);
  if (found === undefined) return null;
  const [what, kept, whole] = found;
  return `${what} is ${shown(kept)}, the events come to ${shown(whole)}`;
}

const shown = (value: unknown): string => String(JSON.stringify(value) ?? value).slice(0, 100);

function batchFault(kept: Account, whole: Account): string | null {
  for (const [id, points] of whole.remaining) {
    const fault = firstFault([[`points left in batch ${id}`, kept.remaining.get(id), points]]);
    if (fault !== null) return fault;
  }
  const needed = neededBatches(kept);
  for (const id of needed) {
    const [one, other] = [kept.batches.get(id), whole.batches.get(id)];
    const fault = firstFault([[`batch ${id}`, batchText(one), batchText(other)]]);
    if (fault !== null) return fault;
  }
  const { at } = whole;
  for (const midnight of new Set([...whole.graceBatches.keys(), ...kept.graceBatches.keys()])) {
    if (midnight <= at) continue;
    const [one, other] = [kept, whole].map(({ graceBatches }) => graceBatches.get(midnight));
    const fault = firstFault([[`grace batch of ${midnight}`, one, other]]);
    if (fault !== null) return fault;
  }
  return null;
}

/** Others are spent and drawn on by nothing: no command asks for them, and they may be gone already. */
function neededBatches(kept: Account): ReadonlySet<number> {
  const needed = new Set(kept.remaining.keys());
  for (const { draws } of kept.consumptions.values()) {
    for (const { batchId } of draws) needed.add(batchId);
  }
  return needed;
}

const batchText = (batch: Batch | undefined): string | undefined =>
  batch && JSON.stringify([batch.id, batch.cameIn, batch.expiresAt, batch.priority, batch.isGrace]);

function consumptionFault(kept: Account, whole: Account, isLenient: boolean): string | null {
  for (const [id, consumption] of kept.consumptions) {
    const what = `consumption ${id}`;
    const other = whole.consumptions.get(id);
    const fault = firstFault([[what, consumptionText(consumption), consumptionText(other)]]);
    if (fault !== null) return fault;
  }
  if (isLenient) return null;
  for (const [id, consumption] of whole.consumptions) {
    if (!isConsumptionRetained(consumption, whole.closings, kept.policy, whole.atMs)) continue;
    if (!kept.consumptions.has(id)) return `consumption ${id} is missing`;
  }
  return null;
}

const consumptionText = (one: Consumption | undefined): string | undefined =>
  one &&
  JSON.stringify([
    one.of,
    one.consumptionId,
    one.sourceType,
    one.sourceId,
    one.estimated,
    totalPoints(one.draws),
    one.draws.map(({ batchId, points }) => [batchId, points]),
    one.settleBy,
    one.phase,
    one.closedAtMs,
    one.closing,
  ]);

/** Only the oldest are ever forgotten: what is remembered is the end of all that was answered. */
function answeredFault(kept: Account, whole: Account, isLenient: boolean): string | null {
  const mine = kept.answeredQueue.slice(kept.answeredFrom);
  const all = whole.answeredQueue.slice(whole.answeredFrom);
  const forgotten = all.length - mine.length;
  if (forgotten < 0) return `${-forgotten} answered commands more than there are in the events`;
  for (const [place, one] of mine.entries()) {
    const other = all[forgotten + place];
    const fault = firstFault([
      [`answered command at revision ${one.revision}`, one.commandId, other?.commandId],
      ['its revision', one.revision, other?.revision],
      ['its moment', one.atMs, other?.atMs],
      ['its time of receipt', one.receivedAt, other?.receivedAt],
    ]);
    if (fault !== null) return fault;
  }
  let forgottenUntil = whole.forgottenUntil;
  for (const { receivedAt } of all.slice(0, forgotten)) {
    forgottenUntil = later(forgottenUntil, receivedAt);
  }
  const fault = firstFault([['forgottenUntil', kept.forgottenUntil, forgottenUntil]]);
  if (fault !== null || isLenient) return fault;
  const newest = all[forgotten - 1];
  if (newest === undefined || isOutsideWindow(kept.policy, newest, mine.length, whole.atMs))
    return null;
  return 'it has forgotten a command that its policy remembers';
}
