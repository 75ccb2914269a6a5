import { DeadlineExceededError, UnavailableError } from '@eventstore/db-client';
import { TimeoutError } from '#async';

/** The state of a connection as a failed call shows it. */
export type ConnectionState =
  /** The server answered, even if with an error. */
  | 'live'
  /** No answer came in time: the connection is dead, unless other calls were answered meanwhile. */
  | 'silent'
  /** Broken, or in a state that is not known. */
  | 'broken';

/** The status codes of gRPC. */
const OK = 0;
const CANCELLED = 1;
const DEADLINE_EXCEEDED = 4;
const INTERNAL = 13;
const UNAVAILABLE = 14;
const STATUS_MAX = 16;

/** EventStoreDB's own messages for "unavailable". Any other one comes from gRPC and the connection. */
const SERVER_BUSY = /server is (too busy|not ready)/i;
/** gRPC for Node reports a stream that was reset this way, also when the connection was lost. */
const RESET = /RST_STREAM|no message received/i;

/**
 * gRPC itself produces only three statuses when a connection fails: cancelled, internal and
 * unavailable. The deadline is its own timer. All other statuses come from a server over a working
 * connection, which is kept for the other calls on it.
 */
export function connectionStateAfter(error: unknown): ConnectionState {
  if (error instanceof TimeoutError || error instanceof DeadlineExceededError) return 'silent';
  if (!(error instanceof Error) || !('code' in error)) return 'broken';
  const { code, message } = error;
  // The client's own error types are checked too, because their status may differ.
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
