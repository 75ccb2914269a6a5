import { zh } from './zh.js';

type Told<T> = T extends string
  ? string
  : T extends (...said: infer Said) => string
    ? (...said: Said) => string
    : { readonly [K in keyof T]: Told<T[K]> };

/** Everything that the page says. A language that leaves something out does not compile. */
export type Words = Told<typeof zh>;

export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];
