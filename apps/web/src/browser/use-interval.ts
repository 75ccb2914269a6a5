import { useCallback, useEffect, useRef } from 'react';

/** Calls `tick` at once, and however often it is asked to, at most once in that time. */
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

/** While somebody looks: for the time in which nobody tells of news. */
export function useInterval(ms: number, callback: () => void): void {
  useEffect(() => {
    const runIfVisible = (): void => {
      if (!document.hidden) callback();
    };
    const timer = window.setInterval(runIfVisible, ms);
    document.addEventListener('visibilitychange', runIfVisible);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener('visibilitychange', runIfVisible);
    };
  }, [ms, callback]);
}
