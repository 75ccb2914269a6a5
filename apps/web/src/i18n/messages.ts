import { zh } from './zh.js';

type Translatable<T> = T extends string
  ? string
  : T extends (...args: infer Args) => string
    ? (...args: Args) => string
    : { readonly [K in keyof T]: Translatable<T[K]> };

/** Everything that the page says. A language that leaves something out does not compile. */
export type Messages = Translatable<typeof zh>;

export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];
