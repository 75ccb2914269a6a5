import { BUSINESSES, SOURCE_TYPES } from './businesses.js';

describe('the businesses', () => {
  it.each([
    ['script', '【脚本生成】', false],
    ['polish', '【文案润色】', false],
    ['voice_clone', '【声音克隆】', false],
    ['tts', '【配音合成】', true],
    ['video', '【视频生成】', true],
  ] as const)('name %s by one label', (business, label, billedBySecond) => {
    expect(BUSINESSES[business]).toEqual({ label, billedBySecond });
  });

  it('are five', () => {
    expect(SOURCE_TYPES).toEqual(['script', 'polish', 'voice_clone', 'tts', 'video']);
  });
});
