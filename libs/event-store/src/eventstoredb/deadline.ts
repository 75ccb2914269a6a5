/** Our own timer ran out: the client's deadlines hold for some of its calls only. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
  constructor(what: string, waitMs: number) {
    super(`${what}: not within ${waitMs} ms`);
  }
}

/** Settles in time, whatever the promise does; what it does later is nobody's unhandled rejection. */
export function within<T>(what: string, waitMs: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new DeadlinePassed(what, waitMs)), waitMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** The same, for a wait that may end with nothing. */
export function orNothing<T>(
  waitMs: number,
  promise: Promise<readonly T[]>,
): Promise<readonly T[]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve([]), waitMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Resolves after a while, or at once when `signal` aborts. */
export async function pause(waitMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, waitMs);
    signal.addEventListener('abort', done);
  });
}
