import type { ReactNode } from 'react';
import { addressOf, HOME, type Place, type View } from '../place/place.js';
import type { Go } from '../place/use-place.js';
import { useSpoken } from '../words/use-words.js';
import { ThemeIcon } from './icons.js';
import { useTheme } from './use-theme.js';

interface HeaderProps {
  readonly place: Place;
  readonly go: Go;
  readonly views: readonly View[];
  readonly leave: (() => void) | null;
  readonly children?: ReactNode;
}

export function Header({ place, go, views, leave, children }: HeaderProps) {
  const { words, speak, language } = useSpoken();
  const [theme, nextTheme] = useTheme();
  return (
    <header className="header">
      <div className="header-in">
        <span className="brand">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          <span>{words.product}</span>
        </span>
        {views.length > 1 && <Views place={place} go={go} views={views} />}
        <div className="header-tools">
          {children}
          <button
            type="button"
            className="tool"
            lang={language === 'zh' ? 'en' : 'zh-CN'}
            onClick={() => speak(language === 'zh' ? 'en' : 'zh')}
          >
            {words.switches.language}
          </button>
          <button
            type="button"
            className="tool tool-icon"
            onClick={nextTheme}
            aria-label={words.switches.theme[theme]}
            title={words.switches.theme[theme]}
          >
            <ThemeIcon />
          </button>
          {leave !== null && (
            <button type="button" className="tool" onClick={leave}>
              {words.account.leave}
            </button>
          )}
        </div>
      </div>
    </header>
  );
}

function Views({ place, go, views }: Pick<HeaderProps, 'place' | 'go' | 'views'>) {
  const { words } = useSpoken();
  return (
    <nav className="views" aria-label={words.nav.label}>
      {views.map((view) => (
        <a
          key={view}
          href={addressOf({ ...HOME, view, user: place.user })}
          aria-current={place.view === view ? 'page' : undefined}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            go({ view, row: null });
          }}
        >
          {words.nav[view]}
        </a>
      ))}
    </nav>
  );
}
