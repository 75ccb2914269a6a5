import { useCallback, useEffect, useRef, useState } from 'react';
import type { PointTransactionItem } from '#contracts';
import type { LedgerApi } from '../api/ledger-api.js';
import { followRows, type LiveStatus } from './follow-rows.js';

export interface Live {
  readonly status: LiveStatus;
  readonly reconnect: () => void;
}

interface Seen {
  readonly api: LedgerApi;
  /** Id of the last event of the stream; of a row, when there was none yet. */
  place: string;
  revision: number | null;
}

/**
 * Follows the user's new rows behind `after` (null: not known yet), and tells when the account has
 * moved, by a row or without one. A tab that nobody looks at lets go of its line, of which a browser
 * has only six, and goes on behind the last row when it is back.
 */
export function useLive(
  api: LedgerApi,
  after: number | null,
  heard: (rows: readonly PointTransactionItem[]) => void,
  moved: () => void,
): Live {
  const [status, setStatus] = useState<LiveStatus>('connecting');
  const [round, setRound] = useState(0);
  const reconnect = useCallback(() => setRound((count) => count + 1), []);
  const last = useRef<Seen | null>(null);
  const isVisible = useIsVisible();
  useEffect(() => {
    if (after === null || !isVisible) return;
    const leave = new AbortController();
    const begin =
      last.current?.api === api ? last.current : { api, place: String(after), revision: null };
    last.current = begin;
    void followRows(
      {
        open: (place, signal) => api.rowStream(place, signal),
        seen: (place) => {
          if (!leave.signal.aborted) begin.place = place;
        },
        heard: (rows) => {
          if (leave.signal.aborted) return;
          heard(rows);
        },
        moved: (revision) => {
          if (leave.signal.aborted || revision === begin.revision) return;
          begin.revision = revision;
          moved();
        },
        status: (next) => {
          if (!leave.signal.aborted) setStatus(next);
        },
        wait: waitAtMost,
        chance: Math.random,
      },
      begin.place,
      leave.signal,
    );
    window.addEventListener('online', reconnect);
    return () => {
      leave.abort();
      window.removeEventListener('online', reconnect);
    };
  }, [api, after, heard, moved, isVisible, reconnect, round]);
  return { status, reconnect };
}

function useIsVisible(): boolean {
  const [isVisible, setIsVisible] = useState(() => !document.hidden);
  useEffect(() => {
    const look = (): void => setIsVisible(!document.hidden);
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return isVisible;
}

function waitAtMost(ms: number, signal: AbortSignal): Promise<void> {
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
