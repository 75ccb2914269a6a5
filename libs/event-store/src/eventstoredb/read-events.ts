import { TimeoutError } from '#async';
import { NotLeaderError, StreamNotFoundError, type ResolvedEvent } from '@eventstore/db-client';
import { PermanentStoreError } from '../port.js';
import type { Client } from './client.js';
import type { ClientLease } from './clients.js';
import { failureOf } from './failure.js';
import type { Session } from './session.js';

export type ReadSession = Pick<Session, 'clients' | 'deadlineMs' | 'clock'>;

/** The part of the client's streams that is used here. */
export interface Read {
  iterator(options: { destroyOnReturn: boolean }): AsyncIterableIterator<ResolvedEvent>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  resume(): unknown;
  destroy(error: Error): unknown;
  cancel(): Promise<void>;
}

/** The first attempt may only discover that the connection died since it was last used. */
const TRIES_MAX = 2;

/**
 * Reads on one client and ends in time. The client does not apply its deadlines to reads, so that our
 * own timer limits the time between two events. A stream that does not exist reads as empty, and
 * `missing` is called.
 */
export async function* readEvents(
  session: ReadSession,
  open: (client: Client) => Read,
  missing: () => void = () => {},
): AsyncGenerator<ResolvedEvent, void, undefined> {
  for (let tries = 1; ; tries += 1) {
    let hasBegun = false;
    try {
      for await (const event of readOnce(session, open)) {
        hasBegun = true;
        yield event;
      }
      return;
    } catch (error) {
      if (error instanceof StreamNotFoundError) return missing();
      const isFinal = error instanceof PermanentStoreError || error instanceof TimeoutError;
      if (isFinal || hasBegun || tries === TRIES_MAX) throw error;
    }
  }
}

async function* readOnce(
  session: ReadSession,
  open: (client: Client) => Read,
): AsyncGenerator<ResolvedEvent, void, undefined> {
  const lease = session.clients.lease();
  let read: Read | undefined;
  try {
    read = open(lease.client);
    for await (const event of withReadTimeout(read, session)) {
      lease.succeeded();
      yield event;
    }
    lease.succeeded();
  } catch (error) {
    throw error instanceof StreamNotFoundError ? error : recordFailure(error, lease);
  } finally {
    void drainAndCancel(read).finally(lease.release);
  }
}

/** One timer runs for many events: to set one for each would cost as much as the event itself. */
async function* withReadTimeout(
  read: Read,
  { deadlineMs, clock }: ReadSession,
): AsyncGenerator<ResolvedEvent, void, undefined> {
  let waitingSinceMs: number | null = clock.now();
  let cancel = (): void => undefined;
  let isTimerSet = false;
  const setTimer = (ms: number): void => {
    isTimerSet = true;
    cancel = clock.after(ms, () => {
      isTimerSet = false;
      if (waitingSinceMs === null) return;
      const leftMs = waitingSinceMs + deadlineMs - clock.now();
      if (leftMs > 0) return setTimer(leftMs);
      read.destroy(new TimeoutError(`no event of a read within ${deadlineMs} ms`));
    });
  };
  setTimer(deadlineMs);
  try {
    for await (const event of read.iterator({ destroyOnReturn: false })) {
      waitingSinceMs = null;
      yield event;
      waitingSinceMs = clock.now();
      if (!isTimerSet) setTimer(deadlineMs);
    }
  } finally {
    cancel();
  }
}

/**
 * A call notices its cancellation only while it is read. The remaining events are read and dropped, so
 * that the client does not keep the call open.
 */
async function drainAndCancel(read: Read | undefined): Promise<void> {
  if (read === undefined) return;
  read.on('error', () => {});
  read.resume();
  await read.cancel().catch(() => {});
}

/** Reports the error to the client's lease, and returns the error to throw. */
export function recordFailure(error: unknown, lease: ClientLease): unknown {
  const failure = failureOf(error);
  if (failure.kind === 'permanent') {
    lease.succeeded();
    return failure.error;
  }
  if (error instanceof NotLeaderError) lease.redirected(error, error.leader);
  else lease.failed(error);
  return error;
}
