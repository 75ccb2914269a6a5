import { useEffect, useState } from 'react';
import { keep, kept } from '../session/kept.js';

const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** As the system has it, until the reader says otherwise; that is kept. */
export function useTheme(): readonly [Theme, () => void] {
  const [theme, setTheme] = useState<Theme>(
    () => THEMES.find((one) => one === kept('theme')) ?? 'auto',
  );
  useEffect(() => {
    if (theme === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  const next = (): void => {
    const following = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
    keep('theme', following);
    setTheme(following);
  };
  return [theme, next];
}
