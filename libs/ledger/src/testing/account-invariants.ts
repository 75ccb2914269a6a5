import { expect } from '@jest/globals';
import type { LedgerCommand } from '../account/commands.js';
import type { LedgerEvent } from '../account/events.js';
import type { Terms } from '../account/rules.js';
import type { Account } from '../account/state.js';
import { countUsedBatches } from '../account/used-batches.js';
import { priceOf } from '../settings/price.js';
import { expectEqual } from './expect-equal.js';

// What always holds, whatever happens to an account, as the rules say it. The properties ask it of
// random histories, and the simulation of what processes recorded under faults.

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** At the end of every command. */
export function expectSoundDebts({ balance, owed, debts }: Account): void {
  expectEqual(owed, sum(debts.map(({ points }) => points)));
  expectEqual(
    debts.filter(({ points }) => points <= 0),
    [],
  );
  expectEqual(Math.min(owed, balance), 0);
  expectEqual(new Set(debts.map(({ of }) => of)).size, debts.length);
}

/** Of the whole history of the account: what arose as a debt is open, or was collected or forgiven. */
export function expectDebtsToAddUp(history: readonly LedgerEvent[], { debts }: Account): void {
  const left = new Map<number, number>();
  const add = (of: number, points: number): void => void left.set(of, (left.get(of) ?? 0) + points);
  for (const event of history) {
    if ('of' in event && 'owed' in event) add(event.of, event.owed);
    if (event.type === 'DebtCollected' || event.type === 'DebtForgiven') {
      add(event.of, -event.points);
    }
  }
  const open = [...left].filter(([, points]) => points !== 0);
  expectEqual(new Map(open), new Map(debts.map(({ of, points }) => [of, points])));
}

interface Reversals {
  readonly recharged: number;
  reversed: number;
  reinstated: number;
  expired: number;
  /** What its reversals hold, with its open debt. */
  held: number;
}

/** No recharge is reversed by more than came in, and what expired of it is never owed. */
export function expectSoundReversals(history: readonly LedgerEvent[]): void {
  const byRevision = new Map<number, Reversals>();
  const byBatch = new Map<number, Reversals>();
  history.forEach((event, revision) => {
    if (event.type === 'PointsRecharged') {
      const recharged = event.points;
      const begun = { recharged, reversed: 0, reinstated: 0, expired: 0, held: 0 };
      byRevision.set(revision, begun);
      byBatch.set(event.batchId, begun);
    }
    if (event.type === 'PointsExpired') {
      const expired = byBatch.get(event.batchId);
      if (expired !== undefined) expired.expired += event.points;
    }
    if (event.type === 'RechargeReinstated') {
      const recharge = byRevision.get(event.of)!;
      recharge.reinstated += event.points + event.forgiven + event.waived;
      recharge.held -= event.points + event.forgiven;
      expect(recharge.reversed).toBeGreaterThanOrEqual(recharge.reinstated);
    }
    if (event.type === 'RechargeReversed') {
      const recharge = byRevision.get(event.of)!;
      const { points, owed, uncollected } = event;
      recharge.reversed += points + owed + uncollected;
      recharge.held += points + owed;
      const { recharged, reversed, reinstated, expired, held } = recharge;
      if (owed > 0) expect(held).toBeLessThanOrEqual(recharged - expired);
      expect(reversed - reinstated).toBeLessThanOrEqual(recharged);
    }
  });
}

/** A price stood in the settings that its event names, and multiplies out. */
export function expectSoundPrices(
  events: readonly LedgerEvent[],
  { settings: version, businesses }: Pick<Terms, 'settings' | 'businesses'>,
): void {
  for (const event of events) {
    if (event.type !== 'PointsConsumed') continue;
    if (event.priced) expectEqual(event.points, priceOf(event.quantity!, event.price!));
    if (event.price === null) continue;
    const { settings, unit, ...price } = event.price;
    const business = businesses.get(event.sourceType)!;
    expectEqual(settings, version);
    expectEqual({ unit, price }, { unit: business.unit, price: business.price });
    expectEqual(event.label, business.label);
  }
}

/**
 * Batches in use become more only by a recharge, or by what is closed or reversed and comes back.
 * Returns how many they are after the command.
 */
export function expectFewBatches(
  usedBefore: number,
  account: Account,
  { command, terms }: { readonly command: LedgerCommand; readonly terms: Terms },
): number {
  const used = countUsedBatches(account);
  if (used <= usedBefore || terms.rules.number === 1) return used;
  const { batchesMax } = account.policy;
  expect(['RechargePoints', 'RefundPoints', 'ReinstateRecharge']).toContain(command.type);
  expect(used).toBeLessThanOrEqual(command.type === 'RechargePoints' ? batchesMax : 2 * batchesMax);
  return used;
}
