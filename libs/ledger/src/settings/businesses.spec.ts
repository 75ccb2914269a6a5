import {
  BUSINESSES,
  EXPIRE_LABEL,
  RECHARGE_LABEL,
  SOURCE_TYPES,
  refundLabelOf,
} from './businesses.js';

describe('the businesses', () => {
  it.each([
    ['script', '【脚本生成】', '【脚本生成返还】', false],
    ['polish', '【文案润色】', '【文案润色返还】', false],
    ['voice_clone', '【声音克隆】', '【声音克隆返还】', false],
    ['tts', '【配音合成】', '【配音合成返还】', true],
    ['video', '【视频生成】', '【视频生成返还】', true],
  ] as const)('name %s by one label', (business, label, refund, billedBySecond) => {
    expect(BUSINESSES[business]).toEqual({ label, billedBySecond });
    expect(refundLabelOf(BUSINESSES[business].label)).toBe(refund);
  });

  it('are five', () => {
    expect(SOURCE_TYPES).toEqual(['script', 'polish', 'voice_clone', 'tts', 'video']);
  });

  it('have no part in recharges and expiries', () => {
    expect([RECHARGE_LABEL, EXPIRE_LABEL]).toEqual(['【积分充值】', '【积分过期】']);
  });
});
