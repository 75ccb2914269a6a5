import { useCallback, useEffect, useRef, useState } from 'react';
import { SYSTEM_CLOCK } from '#async';
import type { PointTransactionItem } from '#contracts';
import type { LedgerApi } from '../api/ledger-api.js';
import { usePageVisible } from '../browser/use-page-visible.js';
import { followRows, type LiveStatus } from './follow-rows.js';

export interface LiveUpdates {
  readonly status: LiveStatus;
  readonly reconnect: () => void;
}

interface StreamPosition {
  readonly api: LedgerApi;
  /** Id of the last event of the stream, or of a row before the first event. */
  position: string;
  revision: number | null;
}

/**
 * Follows the user's new rows after the row `after` (null: not known yet), and reports every change of the
 * account, with a row or without. A hidden tab closes its connection, of which a browser allows six for each
 * origin, and resumes after the last row when it is visible again.
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
        clock: SYSTEM_CLOCK,
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
