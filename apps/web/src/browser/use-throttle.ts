import { useCallback, useEffect, useRef } from 'react';

/**
 * Returns a throttled `callback`: the first call runs at once, calls within `ms` after a run are merged into
 * one at the end of that time.
 */
export function useThrottle(ms: number, callback: () => void): () => void {
  const pending = useRef<{ timer?: number; isDue: boolean }>({ isDue: false });
  const latest = useRef(callback);
  useEffect(() => {
    latest.current = callback;
  }, [callback]);
  useEffect(() => {
    const { current } = pending;
    return () => {
      window.clearTimeout(current.timer);
      delete current.timer;
    };
  }, []);
  return useCallback(() => {
    const { current } = pending;
    const run = (): void => {
      current.isDue = false;
      latest.current();
      current.timer = window.setTimeout(() => {
        delete current.timer;
        if (current.isDue) run();
      }, ms);
    };
    if (current.timer === undefined) run();
    else current.isDue = true;
  }, [ms]);
}
