import type { ReactNode } from 'react';
import { urlOf, HOME_ROUTE, type Route, type View } from '../routing/route.js';
import type { Navigate } from '../routing/use-route.js';
import { useLanguage } from '../i18n/language.js';
import { ThemeIcon } from './icons.js';
import { useTheme } from '../browser/use-theme.js';

interface HeaderProps {
  readonly route: Route;
  readonly navigate: Navigate;
  readonly views: readonly View[];
  readonly signOut: (() => void) | null;
  readonly children?: ReactNode;
}

export function Header({ route, navigate, views, signOut, children }: HeaderProps) {
  const { messages, selectLanguage, language } = useLanguage();
  const [theme, nextTheme] = useTheme();
  return (
    <header className="header">
      <div className="header-in">
        <span className="brand">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          <span>{messages.product}</span>
        </span>
        {views.length > 1 && <ViewLinks route={route} navigate={navigate} views={views} />}
        <div className="header-tools">
          {children}
          <button
            type="button"
            className="tool"
            lang={language === 'zh' ? 'en' : 'zh-CN'}
            onClick={() => selectLanguage(language === 'zh' ? 'en' : 'zh')}
          >
            {messages.switches.language}
          </button>
          <button
            type="button"
            className="tool tool-icon"
            onClick={nextTheme}
            aria-label={messages.switches.theme[theme]}
            title={messages.switches.theme[theme]}
          >
            <ThemeIcon />
          </button>
          {signOut !== null && (
            <button type="button" className="tool" onClick={signOut}>
              {messages.account.leave}
            </button>
          )}
        </div>
      </div>
    </header>
  );
}

function ViewLinks({ route, navigate, views }: Pick<HeaderProps, 'route' | 'navigate' | 'views'>) {
  const { messages } = useLanguage();
  return (
    <nav className="views" aria-label={messages.nav.label}>
      {views.map((view) => (
        <a
          key={view}
          href={urlOf({ ...HOME_ROUTE, view, user: route.user })}
          aria-current={route.view === view ? 'page' : undefined}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            navigate({ view, row: null });
          }}
        >
          {messages.nav[view]}
        </a>
      ))}
    </nav>
  );
}
