import type { TransactionType } from '#contracts';
import { withSign } from '../format/rows.js';
import { useMessages } from '../i18n/language.js';

export function Kind({ type }: { readonly type: TransactionType }) {
  const { kinds } = useMessages();
  return <span className={`kind kind-${type}`}>{kinds[type]}</span>;
}

interface AmountProps {
  readonly type: TransactionType;
  readonly amount: number;
}

export function Amount({ type, amount }: AmountProps) {
  return <span className={`amount amount-${type}`}>{withSign(type, amount)}</span>;
}
