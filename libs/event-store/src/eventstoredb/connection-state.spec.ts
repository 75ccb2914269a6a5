import { TimeoutError } from '#async';
import {
  CancelledError,
  DeadlineExceededError,
  TimeoutError as ClientTimeoutError,
  UnavailableError,
  UnknownError,
} from '@eventstore/db-client';
import { connectionStateAfter } from './connection-state.js';

/** The client's errors keep the status of gRPC. */
const error = (code: number, details: string) =>
  Object.assign(new Error(`${code} ${details}`), { code, details });

describe('The state of a connection after a failed call', () => {
  it.each([
    ['1 cancelled', error(1, 'Call cancelled'), 'broken'],
    ['2 unknown, thrown by a handler', error(2, 'Exception was thrown by handler'), 'live'],
    ['3 invalid argument', error(3, 'bad'), 'live'],
    ['4 deadline exceeded', error(4, 'Deadline exceeded after 5s'), 'silent'],
    ['5 not found', error(5, 'no such thing'), 'live'],
    ['6 already exists', error(6, 'there'), 'live'],
    ['7 permission denied', error(7, 'Access Denied'), 'live'],
    ['8 resource exhausted', error(8, 'message larger than max'), 'live'],
    ['9 failed precondition', error(9, 'deleted'), 'live'],
    ['10 aborted', error(10, 'Operation timed out: Commit phase timeout.'), 'live'],
    ['11 out of range', error(11, 'x'), 'live'],
    ['12 unimplemented', error(12, 'x'), 'live'],
    ['13 internal, from the server', error(13, 'something failed'), 'live'],
    [
      '13 internal, for a stream that was reset',
      error(13, 'Received RST_STREAM with code 2'),
      'broken',
    ],
    ['14 unavailable', error(14, 'Connection dropped'), 'broken'],
    ['14 unavailable, from the server', error(14, 'Server Is Too Busy'), 'live'],
    ['14 unavailable, from a node that is starting', error(14, 'Server Is Not Ready'), 'live'],
    ['15 data loss', error(15, 'x'), 'live'],
    ['16 unauthenticated', error(16, 'who'), 'live'],
    ['our own timeout', new TimeoutError('no answer within 5 ms'), 'silent'],
    ['an error without a status', new Error('write after end'), 'broken'],
    ['a value that is not an error', 'thrown', 'broken'],
    ['the client’s Cancelled', new CancelledError(error(1, 'x') as never), 'broken'],
    ['the client’s DeadlineExceeded', new DeadlineExceededError(error(4, 'x') as never), 'silent'],
    ['the client’s Timeout', new ClientTimeoutError(error(10, 'x') as never), 'live'],
    ['the client’s Unknown', new UnknownError(error(2, 'x') as never), 'live'],
    [
      'the client’s Unavailable for a status of internal',
      new UnavailableError(error(13, 'Write error: write after end') as never),
      'broken',
    ],
  ])('%s', (_what, failed, state) => {
    expect(connectionStateAfter(failed)).toBe(state);
  });
});
