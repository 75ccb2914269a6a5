/** What of `process` is used; a test has its own. */
export interface ChildProcessSide {
  readonly pid: number;
  /** undefined: nobody holds a channel to this process. */
  readonly connected: boolean | undefined;
  readonly channel?: { unref(): void } | null | undefined;
  once(event: 'disconnect', listener: () => void): unknown;
  kill(pid: number, signal: 'SIGTERM'): unknown;
}

/**
 * The local stack holds a channel to each app. The channel closes when the stack is gone, whatever
 * ended it: then nobody is left to stop this process or to start it again, and it stops by itself,
 * as on SIGTERM. A process that somebody else runs has no channel, and is not concerned.
 */
export function stopWithParent(target: ChildProcessSide = process): void {
  const stop = (): void => void target.kill(target.pid, 'SIGTERM');
  if (target.connected === undefined) return;
  if (!target.connected) return stop();
  target.once('disconnect', stop);
  // The listener alone must not keep a process that is through with its work.
  target.channel?.unref();
}
