import type { Business } from '../settings/business.js';

/** Businesses beside the five, of several units and prices. */
export const PRICED_BUSINESSES: readonly Business[] = [
  {
    code: 'chat',
    label: '【对话】',
    unit: 'token',
    price: { points: '1', per: '2', step: '10', minimum: 3, rounding: 'half_up' },
    retired: false,
  },
  {
    code: 'sing',
    label: '唱歌',
    unit: 'call',
    price: { points: '8', per: '1', step: null, minimum: 1, rounding: 'up' },
    retired: false,
  },
  {
    code: 'render',
    label: '【渲染】',
    unit: 'second',
    price: { points: '250.5', per: '1', step: null, minimum: 1, rounding: 'down' },
    retired: false,
  },
  {
    code: 'old',
    label: '【旧】',
    unit: 'call',
    price: { points: '1', per: '1', step: null, minimum: 1, rounding: 'up' },
    retired: true,
  },
];
