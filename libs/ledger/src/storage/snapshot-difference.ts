import type { Account, Batch, Consumption, Debt, Hold, Recharge } from '../account/state.js';
import { isRechargeRemembered } from '../account/recharges.js';
import { totalPoints } from '../account/slices.js';
import { isOutsideWindow, isConsumptionRetained } from '../account/idempotency-window.js';
import { later } from '../support/time.js';

/**
 * The first difference between an account restored from a snapshot and the account replayed from its
 * first event under a policy that retains as much or more. null: every later command gets the same
 * answer from both. The restored account must retain what its own policy says; with `isLenient` that
 * policy is not known, and the account may have evicted anything.
 */
export function snapshotDifference(
  restored: Account,
  replayed: Account,
  { isLenient = false } = {},
): string | null {
  return (
    firstDifference([
      ['revision', restored.revision, replayed.revision],
      ['at', restored.at, replayed.at],
      ['balance', restored.balance, replayed.balance],
      ['held', restored.held, replayed.held],
      ['batchesSeen', restored.batchesSeen, replayed.batchesSeen],
      ['closings', restored.closings, replayed.closings],
      ['owed', restored.owed, replayed.owed],
      ['take-over', describeTakeOver(restored), describeTakeOver(replayed)],
      ['debts', describeDebts(restored.debts), describeDebts(replayed.debts)],
      ['batches with points left', restored.remaining.size, replayed.remaining.size],
      ['open pre-deductions', restored.openOrder.size, replayed.openOrder.size],
    ]) ??
    batchDifference(restored, replayed) ??
    consumptionDifference(restored, replayed, isLenient) ??
    rechargeDifference(restored, replayed, isLenient) ??
    answeredDifference(restored, replayed, isLenient)
  );
}

const describeTakeOver = ({ takeOver }: Account): string =>
  JSON.stringify(
    takeOver && [takeOver.importId, takeOver.phase, takeOver.openedAt, takeOver.throughId],
  );

type Comparison = readonly [what: string, restored: unknown, replayed: unknown];

function firstDifference(comparisons: readonly Comparison[]): string | null {
  const found = comparisons.find(([, restored, replayed]) => restored !== replayed);
  if (found === undefined) return null;
  const [what, restored, replayed] = found;
  return `${what} is ${printable(restored)}, the events come to ${printable(replayed)}`;
}

const printable = (value: unknown): string => String(JSON.stringify(value) ?? value).slice(0, 100);

function batchDifference(restored: Account, replayed: Account): string | null {
  for (const [id, points] of replayed.remaining) {
    const difference = firstDifference([
      [`points left in batch ${id}`, restored.remaining.get(id), points],
    ]);
    if (difference !== null) return difference;
  }
  const needed = reachableBatches(restored);
  for (const id of needed) {
    const [one, other] = [restored.batches.get(id), replayed.batches.get(id)];
    const difference = firstDifference([[`batch ${id}`, describeBatch(one), describeBatch(other)]]);
    if (difference !== null) return difference;
  }
  const { at } = replayed;
  for (const midnight of new Set([
    ...replayed.graceBatches.keys(),
    ...restored.graceBatches.keys(),
  ])) {
    if (midnight <= at) continue;
    const [one, other] = [restored, replayed].map(({ graceBatches }) => graceBatches.get(midnight));
    const difference = firstDifference([[`grace batch of ${midnight}`, one, other]]);
    if (difference !== null) return difference;
  }
  return null;
}

/** No command can refer to any other batch, which may therefore have been evicted. */
function reachableBatches(restored: Account): ReadonlySet<number> {
  const needed = new Set(restored.remaining.keys());
  for (const { draws } of restored.consumptions.values()) {
    for (const { batchId } of draws) needed.add(batchId);
  }
  for (const { batchId, taken } of restored.recharges.values()) {
    needed.add(batchId);
    for (const slice of taken) needed.add(slice.batchId);
  }
  return needed;
}

const describeBatch = (batch: Batch | undefined): string | undefined =>
  batch && JSON.stringify([batch.id, batch.cameIn, batch.expiresAt, batch.priority, batch.isGrace]);

function consumptionDifference(
  restored: Account,
  replayed: Account,
  isLenient: boolean,
): string | null {
  for (const [id, consumption] of restored.consumptions) {
    const what = `consumption ${id}`;
    const other = replayed.consumptions.get(id);
    const difference = firstDifference([
      [what, describeConsumption(consumption), describeConsumption(other)],
    ]);
    if (difference !== null) return difference;
  }
  if (isLenient) return null;
  for (const [id, consumption] of replayed.consumptions) {
    if (!isConsumptionRetained(consumption, replayed, restored.policy, replayed.atMs)) continue;
    if (!restored.consumptions.has(id)) return `consumption ${id} is missing`;
  }
  return null;
}

const describeConsumption = (one: Consumption | undefined): string | undefined =>
  one &&
  JSON.stringify([
    one.of,
    one.consumptionId,
    one.sourceType,
    one.sourceId,
    one.label,
    one.estimated,
    totalPoints(one.draws),
    one.draws.map(({ batchId, points }) => [batchId, points]),
    one.settleBy,
    one.phase,
    one.closedAtMs,
    one.closing,
    one.hold && describeHold(one.hold),
  ]);

const describeHold = ({ begunAtMs, price, quantity, overrun, onTimeout }: Hold): unknown => [
  begunAtMs,
  price && [
    price.settings,
    price.unit,
    price.points,
    price.per,
    price.step,
    price.minimum,
    price.rounding,
  ],
  quantity,
  overrun,
  onTimeout,
];

const describeDebts = (debts: readonly Debt[]): string =>
  JSON.stringify(
    debts.map((debt) => [
      debt.of,
      debt.consumptionId,
      debt.rechargeId,
      debt.sourceType,
      debt.sourceId,
      debt.label,
      debt.points,
      debt.duration,
    ]),
  );

/** An account that does not remember recharges, as by rules 1, has none to compare. */
function rechargeDifference(
  restored: Account,
  replayed: Account,
  isLenient: boolean,
): string | null {
  if (!restored.tracksRecharges || (isLenient && restored.rechargesSeen === 0)) return null;
  const seen = firstDifference([
    ['recharges seen', restored.rechargesSeen, replayed.rechargesSeen],
  ]);
  if (seen !== null) return seen;
  for (const [batchId, recharge] of restored.recharges) {
    const other = replayed.recharges.get(batchId);
    const difference = firstDifference([
      [`recharge ${recharge.of}`, describeRecharge(recharge), describeRecharge(other)],
    ]);
    if (difference !== null) return difference;
  }
  if (isLenient) return null;
  for (const [batchId, recharge] of replayed.recharges) {
    if (!isRechargeRemembered(replayed, recharge, restored.policy)) continue;
    if (!restored.recharges.has(batchId)) return `recharge ${recharge.of} is missing`;
  }
  return null;
}

const describeRecharge = (one: Recharge | undefined): string | undefined =>
  one &&
  JSON.stringify([
    one.of,
    one.rechargeId,
    one.batchId,
    one.sourceId,
    one.points,
    one.arrival,
    one.expired,
    one.taken.map(({ batchId, points }) => [batchId, points]),
    one.uncollected,
  ]);

/** Commands are evicted oldest first, so the retained ones must be the end of all answered ones. */
function answeredDifference(
  restored: Account,
  replayed: Account,
  isLenient: boolean,
): string | null {
  const retained = restored.answeredQueue.slice(restored.answeredFrom);
  const all = replayed.answeredQueue.slice(replayed.answeredFrom);
  const evicted = all.length - retained.length;
  if (evicted < 0) return `${-evicted} answered commands more than there are in the events`;
  for (const [place, one] of retained.entries()) {
    const other = all[evicted + place];
    const difference = firstDifference([
      [`answered command at revision ${one.revision}`, one.commandId, other?.commandId],
      ['its revision', one.revision, other?.revision],
      ['its moment', one.atMs, other?.atMs],
      ['its time of receipt', one.receivedAt, other?.receivedAt],
    ]);
    if (difference !== null) return difference;
  }
  let forgottenUntil = replayed.forgottenUntil;
  for (const { receivedAt } of all.slice(0, evicted)) {
    forgottenUntil = later(forgottenUntil, receivedAt);
  }
  const difference = firstDifference([['forgottenUntil', restored.forgottenUntil, forgottenUntil]]);
  if (difference !== null || isLenient) return difference;
  const newest = all[evicted - 1];
  if (
    newest === undefined ||
    isOutsideWindow(restored.policy, newest, retained.length, replayed.atMs)
  )
    return null;
  return 'it has forgotten a command that its policy remembers';
}
