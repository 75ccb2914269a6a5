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
