import { useCallback, useEffect, useState } from 'react';
import type { Navigate } from '../routing/use-route.js';
import { parseLinkToken } from './link-token.js';
import { removeFromTab, saveInTab, readFromTab } from '../browser/browser-storage.js';
import { parseUserId } from '../format/user-id.js';
import { parseToken, type Session } from './token.js';

const TOKEN_KEY = 'token';

export interface SessionState {
  readonly session: Session | null;
  /** The API accepted the token before and rejects it now. */
  readonly isExpired: boolean;
  /** Returns false when `token` is not a token. */
  readonly signIn: (token: string) => boolean;
  readonly markExpired: () => void;
  readonly signOut: () => void;
}

/** Moves a token from the URL into the storage of the tab, because the address bar must not show a secret. */
export function takeTokenFromUrl(): void {
  const link = parseLinkToken(window.location.hash);
  if (link === null) return;
  const { pathname, search } = window.location;
  const params = new URLSearchParams(search);
  const user = parseUserId(link.user ?? '');
  if (user !== null) params.set('user', user);
  const query = params.toString();
  window.history.replaceState(null, '', pathname + (query === '' ? '' : `?${query}`));
  saveInTab(TOKEN_KEY, link.token);
}

export function useSession(navigate: Navigate): SessionState {
  const [session, setSession] = useState(() => parseToken(readFromTab(TOKEN_KEY) ?? ''));
  const [isExpired, setIsExpired] = useState(false);
  const signIn = useCallback((text: string): boolean => {
    const next = parseToken(text);
    if (next === null) return false;
    saveInTab(TOKEN_KEY, next.token);
    setIsExpired(false);
    setSession(next);
    return true;
  }, []);
  const markExpired = useCallback(() => setIsExpired(true), []);
  const signOut = useCallback(() => {
    removeFromTab(TOKEN_KEY);
    setIsExpired(false);
    setSession(null);
    navigate({ user: null, row: null, view: 'usage' }, 'replace');
  }, [navigate]);
  useEffect(() => {
    // Opening another link with a token in this tab changes only the fragment.
    const onHashChange = (): void => {
      if (parseLinkToken(window.location.hash) === null) return;
      takeTokenFromUrl();
      window.location.reload();
    };
    window.addEventListener('hashchange', onHashChange);
    return () => window.removeEventListener('hashchange', onHashChange);
  }, []);
  return { session, isExpired, signIn, markExpired, signOut };
}
