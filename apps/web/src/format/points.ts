import type { TransactionType } from '#contracts';

/** Whether a transaction adds or removes points. */
const SIGN: Record<TransactionType, '+' | '−'> = {
  recharge: '+',
  consume: '−',
  expire: '−',
  refund: '+',
};

export const NO_VALUE = '-';

const numbers = new Intl.NumberFormat('en-US');
const quantities = new Intl.NumberFormat('en-US', { maximumFractionDigits: 9 });
const seconds = new Intl.NumberFormat('en-US', { useGrouping: false, maximumFractionDigits: 9 });

export const formatPoints = (points: number): string => numbers.format(points);

export const formatSignedPoints = (type: TransactionType, amount: number): string =>
  `${SIGN[type]}${formatPoints(amount)}`;

/** A quantity with its digits as they are. */
export const formatQuantity = (quantity: number): string => quantities.format(quantity);

/** `12.5s`, or `-` for null. */
export const formatSeconds = (duration: number | null): string =>
  duration === null ? NO_VALUE : `${seconds.format(duration)}s`;
