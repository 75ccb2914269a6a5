import { DeadlineExceededError, UnavailableError } from '@eventstore/db-client';
import { TimeoutError } from '#async';

/** What a failed call says of the connection that it was made on. */
export type ConnectionState =
  /** The server answered, if only to say no. */
  | 'live'
  /** No answer came in time: the connection is dead, unless other calls were answered meanwhile. */
  | 'silent'
  /** Broken, or in a state that is not known. */
  | 'broken';

/** The statuses of gRPC, by their numbers. */
const OK = 0;
const CANCELLED = 1;
const DEADLINE_EXCEEDED = 4;
const INTERNAL = 13;
const UNAVAILABLE = 14;
const STATUS_MAX = 16;

/** How EventStoreDB says that it can't now. Any other "unavailable" is gRPC's own, of a connection. */
const SERVER_BUSY = /server is (too busy|not ready)/i;
/** What gRPC for Node makes of a stream that was reset: also of a connection that was lost. */
const RESET = /RST_STREAM|no message received/i;

/**
 * Only three statuses are made up by gRPC when a connection fails: cancelled, internal and
 * unavailable; and the deadline is its own timer. All the others come from a server, over a
 * connection that works, which is kept for the other calls on it.
 */
export function connectionStateAfter(error: unknown): ConnectionState {
  if (error instanceof TimeoutError || error instanceof DeadlineExceededError) return 'silent';
  if (!(error instanceof Error) || !('code' in error)) return 'broken';
  const { code, message } = error;
  // Also what gRPC calls something else and the client knows better.
  if (error instanceof UnavailableError && !SERVER_BUSY.test(message)) return 'broken';
  if (typeof code !== 'number' || code <= OK || code > STATUS_MAX) return 'broken';
  switch (code) {
    case CANCELLED:
      return 'broken';
    case DEADLINE_EXCEEDED:
      return 'silent';
    case INTERNAL:
      return RESET.test(message) ? 'broken' : 'live';
    case UNAVAILABLE:
      return SERVER_BUSY.test(message) ? 'live' : 'broken';
    default:
      return 'live';
  }
}
