import { useEffect, useState } from 'react';
import { savePreference, readPreference } from './browser-storage.js';

const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** The theme follows the system until the reader chooses one, which is kept. */
export function useTheme(): readonly [Theme, () => void] {
  const [theme, setTheme] = useState<Theme>(
    () => THEMES.find((one) => one === readPreference('theme')) ?? 'auto',
  );
  useEffect(() => {
    if (theme === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  const switchTheme = (): void => {
    const nextTheme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
    savePreference('theme', nextTheme);
    setTheme(nextTheme);
  };
  return [theme, switchTheme];
}
