import { useCallback, useEffect, useState } from 'react';
import { addressOf, placeOf, type Place } from './place.js';

export type Go = (change: Partial<Place>, how?: 'push' | 'replace') => void;

/** The address bar is the one owner of where the reader is. */
export function usePlace(): readonly [Place, Go] {
  const [place, setPlace] = useState(() => placeOf(window.location));
  useEffect(() => {
    const follow = (): void => setPlace(placeOf(window.location));
    window.addEventListener('popstate', follow);
    return () => window.removeEventListener('popstate', follow);
  }, []);
  const go = useCallback<Go>((change, how = 'push') => {
    const next = { ...placeOf(window.location), ...change };
    const address = addressOf(next);
    if (how === 'push') window.history.pushState(null, '', address);
    else window.history.replaceState(null, '', address);
    setPlace(next);
  }, []);
  return [place, go];
}
