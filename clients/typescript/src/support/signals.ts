// Several signals are listened to one by one: `AbortSignal.any` of Node 20 keeps something of every signal that it
// made for as long as the oldest of its sources lives, which may be as long as the process.

export type Signals = readonly (AbortSignal | undefined)[];

export const isAborted = (signals: Signals): boolean =>
  signals.some((signal) => signal?.aborted === true);

/** Calls back once one of them aborts, at once where one has. Returns what ends it. */
export function onAbort(signals: Signals, then: (reason: Error) => void): () => void {
  const abort = (): void => {
    stop();
    then(signals.find((signal) => signal?.aborted === true)?.reason as Error);
  };
  const stop = (): void => {
    for (const signal of signals) signal?.removeEventListener('abort', abort);
  };
  for (const signal of signals) signal?.addEventListener('abort', abort, { once: true });
  if (isAborted(signals)) abort();
  return stop;
}
