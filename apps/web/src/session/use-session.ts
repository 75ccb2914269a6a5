import { useCallback, useEffect, useState } from 'react';
import type { Go } from '../place/use-place.js';
import { broughtBy } from './fragment.js';
import { forgetInTab, keepInTab, keptInTab } from './kept.js';
import { readToken, userIdIn, type Session } from './token.js';

const TOKEN = 'token';

export interface SessionNow {
  readonly session: Session | null;
  /** The API took the token once, and does not any more. */
  readonly isExpired: boolean;
  /** false: that is no token. */
  readonly enter: (token: string) => boolean;
  readonly expire: () => void;
  readonly leave: () => void;
}

/** Taken out of the address bar at once: it is no place for a secret. */
export function takeFromAddress(): void {
  const brought = broughtBy(window.location.hash);
  if (brought === null) return;
  const { pathname, search } = window.location;
  const params = new URLSearchParams(search);
  const user = userIdIn(brought.user ?? '');
  if (user !== null) params.set('user', user);
  const query = params.toString();
  window.history.replaceState(null, '', pathname + (query === '' ? '' : `?${query}`));
  keepInTab(TOKEN, brought.token);
}

export function useSession(go: Go): SessionNow {
  const [session, setSession] = useState(() => readToken(keptInTab(TOKEN) ?? ''));
  const [isExpired, setIsExpired] = useState(false);
  const enter = useCallback((text: string): boolean => {
    const next = readToken(text);
    if (next === null) return false;
    keepInTab(TOKEN, next.token);
    setIsExpired(false);
    setSession(next);
    return true;
  }, []);
  const expire = useCallback(() => setIsExpired(true), []);
  const leave = useCallback(() => {
    forgetInTab(TOKEN);
    setIsExpired(false);
    setSession(null);
    go({ user: null, row: null, view: 'usage' }, 'replace');
  }, [go]);
  useEffect(() => {
    // A second link with a token, opened in this very tab, only changes the fragment.
    const follow = (): void => {
      if (broughtBy(window.location.hash) === null) return;
      takeFromAddress();
      window.location.reload();
    };
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return { session, isExpired, enter, expire, leave };
}
