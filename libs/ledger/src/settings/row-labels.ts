// What the rows of an account are called, besides those that are called as their business.

export const RECHARGE_LABEL = '【积分充值】';
/** What an opening adds or takes where the old balance and the old batches differ. */
export const ADJUSTMENT_LABEL = '【导入调整】';
export const EXPIRE_LABEL = '【积分过期】';
export const REVERSAL_LABEL = '【充值撤销】';
export const REVERSAL_COLLECTED_LABEL = '【充值撤销补扣】';
export const REINSTATEMENT_LABEL = '【充值恢复】';

const REFUNDED = '返还';
const COLLECTED = '补扣';

/** 【配音合成】 becomes 【配音合成返还】. */
export const refundLabelOf = (label: string): string => withWord(label, REFUNDED);
export const collectedLabelOf = (label: string): string => withWord(label, COLLECTED);

/** A word goes inside the last bracket of a label, or behind a label that has none. */
function withWord(label: string, word: string): string {
  const place = label.lastIndexOf('】');
  return place < 0 ? label + word : label.slice(0, place) + word + label.slice(place);
}
