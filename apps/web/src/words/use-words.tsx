import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react';
import { kept, keep } from '../session/kept.js';
import { en } from './en.js';
import { LANGUAGES, type Language, type Words } from './words.js';
import { zh } from './zh.js';

const WORDS: Record<Language, Words> = { zh, en };

interface Spoken {
  readonly words: Words;
  readonly speak: (language: Language) => void;
  readonly language: Language;
}

const Speaking = createContext<Spoken>({ words: zh, speak: () => undefined, language: 'zh' });

/** Chinese until the reader says otherwise, which is kept. */
export function Speak({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(
    () => LANGUAGES.find((one) => one === kept('language')) ?? 'zh',
  );
  const spoken = useMemo<Spoken>(() => {
    const speak = (next: Language): void => {
      keep('language', next);
      setLanguage(next);
    };
    return { words: WORDS[language], speak, language };
  }, [language]);
  const { lang } = spoken.words;
  useEffect(() => {
    document.documentElement.lang = lang;
  }, [lang]);
  return <Speaking value={spoken}>{children}</Speaking>;
}

/** What the tab is called. */
export function useTitle(page: string): void {
  const { product } = useWords();
  useEffect(() => {
    document.title = `${page} · ${product}`;
  }, [page, product]);
}

export const useSpoken = (): Spoken => use(Speaking);
export const useWords = (): Words => use(Speaking).words;
