import type { TransactionType } from '#contracts';

/** Which way the points went. */
export const SIGN: Record<TransactionType, '+' | '−'> = {
  recharge: '+',
  consume: '−',
  expire: '−',
  refund: '+',
};

export const NOTHING = '-';

const numbers = new Intl.NumberFormat('en-US');
const seconds = new Intl.NumberFormat('en-US', { useGrouping: false, maximumFractionDigits: 9 });

export const inPoints = (points: number): string => numbers.format(points);

export const withSign = (type: TransactionType, amount: number): string =>
  `${SIGN[type]}${inPoints(amount)}`;

/** `12.5s`, or `-` when there is none. */
export const inSeconds = (duration: number | null): string =>
  duration === null ? NOTHING : `${seconds.format(duration)}s`;
