import { useCallback, useEffect, useState } from 'react';
import type { Navigate } from '../routing/use-route.js';
import { broughtBy } from './link-token.js';
import { removeFromTab, saveInTab, readFromTab } from '../browser/browser-storage.js';
import { parseUserId } from '../format/user-id.js';
import { readToken, type Session } from './token.js';

const TOKEN = 'token';

export interface SessionNow {
  readonly session: Session | null;
  /** The API took the token once, and does not any more. */
  readonly isExpired: boolean;
  /** false: that is no token. */
  readonly signIn: (token: string) => boolean;
  readonly markExpired: () => void;
  readonly signOut: () => void;
}

/** Taken out of the address bar at once: it is no place for a secret. */
export function takeFromAddress(): void {
  const brought = broughtBy(window.location.hash);
  if (brought === null) return;
  const { pathname, search } = window.location;
  const params = new URLSearchParams(search);
  const user = parseUserId(brought.user ?? '');
  if (user !== null) params.set('user', user);
  const query = params.toString();
  window.history.replaceState(null, '', pathname + (query === '' ? '' : `?${query}`));
  saveInTab(TOKEN, brought.token);
}

export function useSession(navigate: Navigate): SessionNow {
  const [session, setSession] = useState(() => readToken(readFromTab(TOKEN) ?? ''));
  const [isExpired, setIsExpired] = useState(false);
  const signIn = useCallback((text: string): boolean => {
    const next = readToken(text);
    if (next === null) return false;
    saveInTab(TOKEN, next.token);
    setIsExpired(false);
    setSession(next);
    return true;
  }, []);
  const markExpired = useCallback(() => setIsExpired(true), []);
  const signOut = useCallback(() => {
    removeFromTab(TOKEN);
    setIsExpired(false);
    setSession(null);
    navigate({ user: null, row: null, view: 'usage' }, 'replace');
  }, [navigate]);
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
  return { session, isExpired, signIn, markExpired, signOut };
}
