/** The part of `process` that is used; a test has its own. */
export interface ChildProcessSide {
  readonly pid: number;
  /** Undefined when the process has no channel to its parent. */
  readonly connected: boolean | undefined;
  readonly channel?: { unref(): void } | null | undefined;
  once(event: 'disconnect', listener: () => void): unknown;
  kill(pid: number, signal: 'SIGTERM'): unknown;
}

/**
 * The local stack keeps a channel open to each app. The channel closes when the stack has ended, for
 * whatever reason, and the process stops as on SIGTERM: no supervisor is left. A process that is
 * started in another way has no channel.
 */
export function stopWithParent(target: ChildProcessSide = process): void {
  const stop = (): void => void target.kill(target.pid, 'SIGTERM');
  if (target.connected === undefined) return;
  if (!target.connected) return stop();
  target.once('disconnect', stop);
  // The listener alone must not keep a process that is through with its work.
  target.channel?.unref();
}
