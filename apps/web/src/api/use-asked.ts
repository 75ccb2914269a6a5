import { useCallback, useEffect, useRef, useState } from 'react';
import { backOffMs } from './back-off.js';
import { passes, type Answer, type Failure } from './failure.js';

const BACK_OFF = { msMin: 1_000, msMax: 30_000 };
/** In a row; some ten minutes. Behind that the reader asks again. */
const ATTEMPTS_MAX = 25;

export interface Asked<T> {
  /** The last good answer; it stays while it is asked for again. */
  readonly value: T | null;
  readonly failure: Failure | null;
  readonly again: () => void;
}

interface Answered<T> extends Omit<Asked<T>, 'again'> {
  readonly of: unknown;
}

/**
 * Asks when `ask` is another one, when there is a newer edition of what it asks for, and whenever
 * `again` is called; by itself too, less and less often, as long as the API is away. Keep `ask` by
 * useCallback: it is what the answer belongs to.
 */
export function useAsked<T>(
  ask: (signal: AbortSignal) => Promise<Answer<T>>,
  edition = 0,
): Asked<T> {
  const [answered, setAnswered] = useState<Answered<T>>({ of: ask, value: null, failure: null });
  const [round, setRound] = useState(0);
  const attempts = useRef(0);
  const again = useCallback(() => {
    attempts.current = 0;
    setRound((count) => count + 1);
  }, []);
  useEffect(() => {
    const leave = new AbortController();
    let timer: number | undefined;
    void ask(leave.signal).then((answer) => {
      if (leave.signal.aborted) return;
      setAnswered((before) => ({
        of: ask,
        value: answer.ok ? answer.value : before.of === ask ? before.value : null,
        failure: answer.ok ? null : answer.failure,
      }));
      if (answer.ok) attempts.current = 0;
      else if (passes(answer.failure) && attempts.current < ATTEMPTS_MAX) {
        const ms = answer.failure.retryMs ?? backOffMs(attempts.current, BACK_OFF, Math.random());
        attempts.current += 1;
        timer = window.setTimeout(() => setRound((count) => count + 1), ms);
      }
    });
    return () => {
      leave.abort();
      window.clearTimeout(timer);
    };
  }, [ask, round, edition]);
  useWhenBack(again, answered.failure !== null && passes(answered.failure));
  const isOld = answered.of !== ask;
  return { value: isOld ? null : answered.value, failure: isOld ? null : answered.failure, again };
}

/** The network is there again, or the reader is: no need to wait any longer. */
export function useWhenBack(back: () => void, isWanted: boolean): void {
  useEffect(() => {
    if (!isWanted) return;
    window.addEventListener('online', back);
    return () => window.removeEventListener('online', back);
  }, [back, isWanted]);
}
