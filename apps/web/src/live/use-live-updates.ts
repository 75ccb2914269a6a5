import { useCallback, useEffect, useRef, useState } from 'react';
import type { PointTransactionItem } from '#contracts';
import type { LedgerApi } from '../api/ledger-api.js';
import { followRows, type LiveStatus } from './follow-rows.js';

export interface LiveUpdates {
  readonly status: LiveStatus;
  readonly reconnect: () => void;
}

interface StreamPosition {
  readonly api: LedgerApi;
  /** Id of the last event of the stream; of a row, when there was none yet. */
  position: string;
  revision: number | null;
}

/**
 * Follows the user's new rows behind `after` (null: not known yet), and tells when the account has
 * moved, by a row or without one. A tab that nobody looks at lets go of its line, of which a browser
 * has only six, and goes on behind the last row when it is back.
 */
export function useLiveUpdates(
  api: LedgerApi,
  after: number | null,
  onRows: (rows: readonly PointTransactionItem[]) => void,
  onAccountChanged: () => void,
): LiveUpdates {
  const [status, setStatus] = useState<LiveStatus>('connecting');
  const [connection, setConnection] = useState(0);
  const reconnect = useCallback(() => setConnection((count) => count + 1), []);
  const last = useRef<StreamPosition | null>(null);
  const isVisible = usePageVisible();
  useEffect(() => {
    if (after === null || !isVisible) return;
    const controller = new AbortController();
    const start =
      last.current?.api === api ? last.current : { api, position: String(after), revision: null };
    last.current = start;
    void followRows(
      {
        open: (position, signal) => api.rowStream(position, signal),
        onPosition: (position) => {
          if (!controller.signal.aborted) start.position = position;
        },
        onRows: (rows) => {
          if (controller.signal.aborted) return;
          onRows(rows);
        },
        onAccountChanged: (revision) => {
          if (controller.signal.aborted || revision === start.revision) return;
          start.revision = revision;
          onAccountChanged();
        },
        onStatus: (next) => {
          if (!controller.signal.aborted) setStatus(next);
        },
        sleep: sleepWithTimer,
        random: Math.random,
      },
      start.position,
      controller.signal,
    );
    window.addEventListener('online', reconnect);
    return () => {
      controller.abort();
      window.removeEventListener('online', reconnect);
    };
  }, [api, after, onRows, onAccountChanged, isVisible, reconnect, connection]);
  return { status, reconnect };
}

function usePageVisible(): boolean {
  const [isVisible, setIsVisible] = useState(() => !document.hidden);
  useEffect(() => {
    const update = (): void => setIsVisible(!document.hidden);
    document.addEventListener('visibilitychange', update);
    return () => document.removeEventListener('visibilitychange', update);
  }, []);
  return isVisible;
}

function sleepWithTimer(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      window.clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = window.setTimeout(end, ms);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
}
