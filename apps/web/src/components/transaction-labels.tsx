import type { TransactionType } from '#contracts';
import { formatSignedPoints } from '../format/points.js';
import { useMessages } from '../i18n/language.js';

export function TypeLabel({ type }: { readonly type: TransactionType }) {
  const { kinds } = useMessages();
  return <span className={`kind kind-${type}`}>{kinds[type]}</span>;
}

interface SignedAmountProps {
  readonly type: TransactionType;
  readonly amount: number;
}

export function SignedAmount({ type, amount }: SignedAmountProps) {
  return <span className={`amount amount-${type}`}>{formatSignedPoints(type, amount)}</span>;
}
