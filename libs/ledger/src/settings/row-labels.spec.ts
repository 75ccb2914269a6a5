import {
  EXPIRE_LABEL,
  RECHARGE_LABEL,
  REINSTATEMENT_LABEL,
  REVERSAL_COLLECTED_LABEL,
  REVERSAL_LABEL,
  collectedLabelOf,
  refundLabelOf,
} from './row-labels.js';

describe('the label of a row', () => {
  it.each([
    ['【脚本生成】', '【脚本生成返还】', '【脚本生成补扣】'],
    ['【文案润色】', '【文案润色返还】', '【文案润色补扣】'],
    ['【声音克隆】', '【声音克隆返还】', '【声音克隆补扣】'],
    ['【配音合成】', '【配音合成返还】', '【配音合成补扣】'],
    ['【视频生成】', '【视频生成返还】', '【视频生成补扣】'],
    ['【新】【对话】', '【新】【对话返还】', '【新】【对话补扣】'],
    ['对话', '对话返还', '对话补扣'],
  ])(
    'of %s says %s where points came back, and %s where a debt was paid',
    (label, refund, collected) => {
      expect([refundLabelOf(label), collectedLabelOf(label)]).toEqual([refund, collected]);
    },
  );

  it('names no business where none is concerned', () => {
    expect([
      RECHARGE_LABEL,
      EXPIRE_LABEL,
      REVERSAL_LABEL,
      REVERSAL_COLLECTED_LABEL,
      REINSTATEMENT_LABEL,
    ]).toEqual([
      '【积分充值】',
      '【积分过期】',
      '【充值撤销】',
      '【充值撤销补扣】',
      '【充值恢复】',
    ]);
  });
});
