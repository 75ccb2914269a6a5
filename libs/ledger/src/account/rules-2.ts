import type { Rules } from './rules.js';
import { findDebt } from './debts.js';
import { findRecharge } from './recharges.js';
import { totalPoints } from './slices.js';
import { countUsedBatches, newlyUsedBatches } from './used-batches.js';
import type { SettingsPolicy } from '../settings/policy.js';

/** Finished work is always booked, and a recharge can be undone. */
export function rules2({ overrun, owedMax, debtsMax, openMax }: SettingsPolicy): Rules {
  return {
    number: 2,
    owedAfter: (owed) => owed,
    quantityNoted: (quantity) => quantity,
    holdOptions: (named, onTimeout) => ({
      overrun: named ?? overrun,
      onTimeout: onTimeout ?? 'return',
    }),
    overrunOf: (named, hold) => named ?? hold?.overrun ?? overrun,
    owable: (points, of, state) => {
      const isFull = state.debts.length >= debtsMax && findDebt(state, of) === undefined;
      return isFull ? 0 : Math.min(points, Math.max(0, owedMax - state.owed));
    },
    insufficientPoints: (asked, { balance, owed }) => ({
      code: 'InsufficientPoints',
      details: { balance, asked, owed },
    }),
    hasTooManyOpen: ({ state, policy }) =>
      state.openOrder.size >= openMax || state.openDraws >= policy.openDrawsMax,
    countBatches: countUsedBatches,
    rechargeIdRefusal: ({ state, policy }, rechargeId) => {
      const known = findRecharge(state, rechargeId, policy);
      if (known === undefined) return null;
      return { code: 'RechargeIdReused', details: { rechargeId, batchId: known.batchId } };
    },
    comingBackRefusal: ({ state, policy, at }, { returns, before }) => {
      const newlyUsed = newlyUsedBatches(state, returns, at);
      if (newlyUsed > 0 && countUsedBatches(state) + newlyUsed > 2 * policy.batchesMax) {
        return { code: 'TooManyBatches', details: {} };
      }
      const { openDrawsMax } = policy;
      if (returns.length <= openDrawsMax) return null;
      const points = before + totalPoints(returns.slice(0, openDrawsMax));
      return { code: 'TooManySlices', details: { points } };
    },
  };
}
