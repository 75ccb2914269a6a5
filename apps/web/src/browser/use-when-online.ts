import { useEffect } from 'react';

/** Calls `onOnline` when the browser is online again, so that a retry need not wait for its back-off. */
export function useWhenOnline(onOnline: () => void, isEnabled: boolean): void {
  useEffect(() => {
    if (!isEnabled) return;
    window.addEventListener('online', onOnline);
    return () => window.removeEventListener('online', onOnline);
  }, [onOnline, isEnabled]);
}
