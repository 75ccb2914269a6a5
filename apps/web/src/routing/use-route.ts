import { useCallback, useEffect, useState } from 'react';
import { urlOf, parseRoute, type Route } from './route.js';

export type Navigate = (change: Partial<Route>, history?: 'push' | 'replace') => void;

/** The URL is the only store of the route. */
export function useRoute(): readonly [Route, Navigate] {
  const [route, setRoute] = useState(() => parseRoute(window.location));
  useEffect(() => {
    const onPopState = (): void => setRoute(parseRoute(window.location));
    window.addEventListener('popstate', onPopState);
    return () => window.removeEventListener('popstate', onPopState);
  }, []);
  const navigate = useCallback<Navigate>((change, history = 'push') => {
    const next = { ...parseRoute(window.location), ...change };
    const url = urlOf(next);
    if (history === 'push') window.history.pushState(null, '', url);
    else window.history.replaceState(null, '', url);
    setRoute(next);
  }, []);
  return [route, navigate];
}
