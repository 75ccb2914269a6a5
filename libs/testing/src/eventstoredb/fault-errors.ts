import type { ServiceError } from '@grpc/grpc-js';
import type { ErrorKind } from './faults.js';
import {
  aborted,
  accessDenied,
  cancelled,
  deadlineExceeded,
  internal,
  invalidArgument,
  unknown,
} from './rpc-errors.js';

const ERRORS: Record<ErrorKind, () => ServiceError> = {
  internal: () => internal('a fault of the double'),
  unknown: () => unknown('a fault of the double'),
  aborted: () => aborted('Operation timed out'),
  cancelled: () => cancelled('a fault of the double'),
  'deadline-exceeded': () => deadlineExceeded('a fault of the double'),
  'access-denied': () => accessDenied(),
  'invalid-argument': () => invalidArgument('a fault of the double'),
};

export const errorOf = (kind: ErrorKind): ServiceError => ERRORS[kind]();
