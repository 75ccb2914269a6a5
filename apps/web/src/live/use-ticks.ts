import { useCallback, useEffect, useRef } from 'react';

/** Calls `tick` at once, and however often it is asked to, at most once in that time. */
export function useAtMostEvery(ms: number, tick: () => void): () => void {
  const calling = useRef<{ timer?: number; isDue: boolean }>({ isDue: false });
  const latest = useRef(tick);
  useEffect(() => {
    latest.current = tick;
  }, [tick]);
  useEffect(() => {
    const { current } = calling;
    return () => {
      window.clearTimeout(current.timer);
      delete current.timer;
    };
  }, []);
  return useCallback(() => {
    const { current } = calling;
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
export function useNowAndThen(ms: number, tick: () => void): void {
  useEffect(() => {
    const lookAgain = (): void => {
      if (!document.hidden) tick();
    };
    const timer = window.setInterval(lookAgain, ms);
    document.addEventListener('visibilitychange', lookAgain);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener('visibilitychange', lookAgain);
    };
  }, [ms, tick]);
}
