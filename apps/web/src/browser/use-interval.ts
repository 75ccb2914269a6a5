import { useEffect } from 'react';

/** Calls `callback` every `ms` while the tab is visible, and as soon as it becomes visible again. */
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
