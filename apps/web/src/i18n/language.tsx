import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react';
import { readPreference, savePreference } from '../browser/browser-storage.js';
import { en } from './en.js';
import { LANGUAGES, type Language, type Messages } from './messages.js';
import { zh } from './zh.js';

const MESSAGES: Record<Language, Messages> = { zh, en };

interface LanguageState {
  readonly messages: Messages;
  readonly selectLanguage: (language: Language) => void;
  readonly language: Language;
}

const LanguageContext = createContext<LanguageState>({
  messages: zh,
  selectLanguage: () => undefined,
  language: 'zh',
});

/** The language is Chinese until the reader chooses another, which is kept. */
export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(
    () => LANGUAGES.find((one) => one === readPreference('language')) ?? 'zh',
  );
  const state = useMemo<LanguageState>(() => {
    const selectLanguage = (next: Language): void => {
      savePreference('language', next);
      setLanguage(next);
    };
    return { messages: MESSAGES[language], selectLanguage, language };
  }, [language]);
  const { lang } = state.messages;
  useEffect(() => {
    document.documentElement.lang = lang;
  }, [lang]);
  return <LanguageContext value={state}>{children}</LanguageContext>;
}

/** Sets the title of the tab. */
export function useDocumentTitle(page: string): void {
  const { product } = useMessages();
  useEffect(() => {
    document.title = `${page} · ${product}`;
  }, [page, product]);
}

export const useLanguage = (): LanguageState => use(LanguageContext);
export const useMessages = (): Messages => use(LanguageContext).messages;
