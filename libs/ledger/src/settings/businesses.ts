/** The AI services that spend points under rules 1, each with its label. No other file may repeat this table. */
export const BUSINESSES = {
  script: { label: '【脚本生成】', billedBySecond: false },
  polish: { label: '【文案润色】', billedBySecond: false },
  voice_clone: { label: '【声音克隆】', billedBySecond: false },
  tts: { label: '【配音合成】', billedBySecond: true },
  video: { label: '【视频生成】', billedBySecond: true },
} as const satisfies Record<string, { readonly label: string; readonly billedBySecond: boolean }>;

export type SourceType = keyof typeof BUSINESSES;

export const SOURCE_TYPES = Object.keys(BUSINESSES) as readonly SourceType[];

export const RECHARGE_LABEL = '【积分充值】';
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
