import type { Rules, Terms } from './rules.js';
import { FIRST_BUSINESSES } from '../settings/settings.js';

/** As they were before there were debts. Older builds decide by them too. */
export const RULES_1: Rules = {
  number: 1,
  owedAfter: () => null,
  quantityNoted: () => null,
  holdOptions: () => ({ overrun: null, onTimeout: null }),
  overrunOf: () => 'refuse',
  owable: () => 0,
  insufficientPoints: (asked, { balance }) => ({
    code: 'InsufficientPoints',
    details: { balance, asked },
  }),
  hasTooManyOpen: ({ state, policy }) => state.openDraws >= policy.openDrawsMax,
  countBatches: ({ batchesInUse }) => batchesInUse,
  rechargeIdRefusal: () => null,
  comingBackRefusal: () => null,
};

/** Rules 1 where there are no settings yet. */
export const TERMS_OF_RULES_1: Terms = {
  settings: null,
  rules: RULES_1,
  businesses: new Map(FIRST_BUSINESSES.map((business) => [business.code, business])),
};
