import { SYSTEM_CLOCK, type Clock } from './clock.js';

/** Thrown when something took too long. What was waited for may still come about. */
export class TimeoutError extends Error {
  override readonly name: string = 'TimeoutError';
}

export interface TimeoutOptions {
  /** Names what was waited for in the error's message. */
  readonly what?: string;
  readonly clock?: Pick<Clock, 'after'> | undefined;
}

/** Settles as `work` does, or rejects with a TimeoutError after `ms`. The work itself goes on. */
export function withTimeout<T>(
  work: PromiseLike<T>,
  ms: number,
  { what = 'no answer', clock }: TimeoutOptions = {},
): Promise<T> {
  return settleOr(work, ms, clock, (_resolve, reject) => {
    reject(new TimeoutError(`${what} within ${Math.round(ms)} ms`));
  });
}

/** Settles as `work` does, or resolves with `fallback` after `ms`. The work itself goes on. */
export function valueWithin<T, Fallback>(
  work: PromiseLike<T>,
  ms: number,
  fallback: Fallback,
  clock?: Pick<Clock, 'after'>,
): Promise<T | Fallback> {
  return settleOr<T | Fallback>(work, ms, clock, (resolve) => resolve(fallback));
}

/** Whether `work` was over within `ms`, well or not. It never rejects. */
export function settledWithin(
  work: PromiseLike<unknown>,
  ms: number,
  clock?: Pick<Clock, 'after'>,
): Promise<boolean> {
  const settled = (): true => true;
  return valueWithin(work.then(settled, settled), ms, false, clock);
}

/**
 * The timer is cancelled as soon as the work settles: one that went on would hold what the work came
 * to in memory and keep a process from ending. `Promise.race` would do neither.
 */
function settleOr<T>(
  work: PromiseLike<T>,
  ms: number,
  clock: Pick<Clock, 'after'> = SYSTEM_CLOCK,
  expire: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => expire(resolve, reject));
    work.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: Error) => {
        cancel();
        reject(error);
      },
    );
  });
}
