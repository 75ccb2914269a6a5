import type { ServiceError } from '@grpc/grpc-js';
import { internal } from './rpc-errors.js';

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'code' in error && typeof error.code === 'number';

/** An error that a handler threw on purpose; any other one is a bug of the double. */
export const asServiceError = (error: unknown): ServiceError =>
  isServiceError(error) ? error : internal(String(error));
