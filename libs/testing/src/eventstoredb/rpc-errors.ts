import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import type { ServerVersion } from './server-version.js';

/** Headers hold printable ASCII; the rest of a stream's name goes escaped. */
const inHeader = (stream: string): string => stream.replace(/[^ -~]+/gu, encodeURIComponent);

/** A refusal as the real server words it: the client makes its typed errors from the trailers. */
function rpcError(
  code: status,
  details: string,
  trailers: Readonly<Record<string, string>> = {},
): ServiceError {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return Object.assign(new Error(details), { code, details, metadata });
}

export const streamDeleted = (stream: string): ServiceError =>
  rpcError(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': inHeader(stream),
  });

export const accessDenied = (): ServiceError =>
  rpcError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });

export const unauthenticated = (): ServiceError =>
  rpcError(status.UNAUTHENTICATED, 'Unauthenticated');

export const appendTooLarge = (bytesMax: number): ServiceError =>
  rpcError(status.INVALID_ARGUMENT, `Maximum Append Size of ${bytesMax} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(bytesMax),
  });

/** What the server says of a result that its handler has no answer for. */
export const unexpected = (what: string, result: string): ServiceError =>
  unknown(`Unexpected ${what}: ${result}`);

/** In the middle of a record: up to 24.2 that is an error like any other. */
export const invalidPosition = (version: ServerVersion): ServiceError =>
  version === '23.10'
    ? unexpected('ReadAllResult', 'Error')
    : invalidArgument('Trying to read from an invalid position.');

export const metadataMissing = (property: string): ServiceError =>
  rpcError(status.INVALID_ARGUMENT, `Required Metadata Property '${property}' is missing`, {
    exception: 'missing-required-metadata-property',
    'required-metadata-properties': 'type,content-type',
  });

export const wrongExpectedVersion = (
  operation: string,
  stream: string,
  expected: bigint,
  actual: bigint,
): ServiceError =>
  rpcError(
    status.FAILED_PRECONDITION,
    `${operation} failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected}, Actual version: ${actual}`,
    {
      exception: 'wrong-expected-version',
      'stream-name': inHeader(stream),
      'expected-version': String(expected),
      'actual-version': String(actual),
    },
  );

export const notLeader = (leader: { address: string; port: number }): ServiceError =>
  rpcError(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': leader.address,
    'leader-endpoint-port': String(leader.port),
  });

export const notReady = (): ServiceError => rpcError(status.UNAVAILABLE, 'Server Is Not Ready');
export const tooBusy = (): ServiceError => rpcError(status.UNAVAILABLE, 'Server Is Too Busy');
export const answerLost = (): ServiceError => rpcError(status.UNAVAILABLE, 'the answer was lost');
export const internal = (details: string): ServiceError => rpcError(status.INTERNAL, details);
export const unknown = (details: string): ServiceError => rpcError(status.UNKNOWN, details);
export const aborted = (details: string): ServiceError => rpcError(status.ABORTED, details);
/** A write that was not committed in time or was dropped, or a subscription that was too slow. */
export const operationTimedOut = (message: string): ServiceError =>
  aborted(`Operation timed out: ${message}`);
/** Whatever is thrown in a handler of the real server and is no answer of its own. */
export const handlerFailed = (): ServiceError => unknown('Exception was thrown by handler.');
export const cancelled = (details: string): ServiceError => rpcError(status.CANCELLED, details);
export const deadlineExceeded = (details: string): ServiceError =>
  rpcError(status.DEADLINE_EXCEEDED, details);
export const invalidArgument = (details: string): ServiceError =>
  rpcError(status.INVALID_ARGUMENT, details);
