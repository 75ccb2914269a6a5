import { zh } from './zh.js';

type Translatable<T> = T extends string
  ? string
  : T extends (...args: infer Args) => string
    ? (...args: Args) => string
    : { readonly [K in keyof T]: Translatable<T[K]> };

/** All texts of the page. A language that lacks one does not compile. */
export type Messages = Translatable<typeof zh>;

export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];
